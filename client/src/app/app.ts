import { ChangeDetectionStrategy, Component, effect, inject } from '@angular/core';
import { Router, RouterOutlet } from '@angular/router';
import { Session } from './platform/session';
import { SocketLink } from './platform/socket-link';

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
    effect(() => (this.#session.view() ? this.#link.open() : this.#link.close()));
    this.#link.on('session:ended', () => {
      this.#session.forget();
      void this.#router.navigate(['/login']);
    });
  }
}
