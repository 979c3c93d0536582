import { CdkMenu, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { StateTag } from '../design/state-tag';
import { Toasts } from '../design/toasts';
import { ProblemText } from '../platform/problem-text';
import { AgentStatus } from './agent-status';

/** The agent's own state in the top bar; ready and away can be chosen, the rest follows from calls. */
@Component({
  selector: 'kk-agent-state-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CdkMenu, CdkMenuItemRadio, CdkMenuTrigger, Icon, StateTag, TranslocoPipe],
  templateUrl: './agent-state-menu.html',
  styleUrl: './menu.scss',
})
export class AgentStateMenu {
  readonly #toasts = inject(Toasts);
  readonly #problemText = inject(ProblemText);
  protected readonly status = inject(AgentStatus);

  protected readonly word = computed(() => `shell.state.${this.status.view()?.state ?? 'unknown'}`);
  protected readonly choices = ['ready', 'away'] as const;

  protected async choose(state: 'ready' | 'away'): Promise<void> {
    try {
      await this.status.choose(state);
    } catch (error) {
      const { what, wayOut } = this.#problemText.of(error);
      this.#toasts.show({ text: `${what}${wayOut}`, icon: 'error' });
    }
  }
}
