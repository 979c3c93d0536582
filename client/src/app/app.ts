import { ChangeDetectionStrategy, Component, effect, inject } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Session } from './platform/session';
import { SocketLink } from './platform/socket-link';
import { AgentStatus } from './shell/agent-status';

@Component({
  selector: 'kk-app',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [RouterOutlet],
  template: '<router-outlet />',
  styles: ':host { display: block; height: 100%; }',
})
export class App {
  readonly #session = inject(Session);
  readonly #link = inject(SocketLink);
  readonly #router = inject(Router);

  constructor() {
    // Listens before the link opens: the server says the agent's state as soon as it is up.
    inject(AgentStatus);
    effect(() => (this.#session.view() ? this.#link.open() : this.#link.close()));
    this.#link.on('session:ended', () => {
      this.#session.forget();
      void this.#router.navigate(['/login']);
    });
  }
}
