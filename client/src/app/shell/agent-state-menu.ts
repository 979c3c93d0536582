import { CdkMenu, CdkMenuItemRadio, CdkMenuTrigger } from '@angular/cdk/menu';
import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { StateTag } from '../design/state-tag';
import { AgentStatus } from './agent-status';
import { Refusal } from './refusal';

/** The agent's own state in the top bar; ready and away can be chosen, the rest follows from calls. */
@Component({
  selector: 'kk-agent-state-menu',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [CdkMenu, CdkMenuItemRadio, CdkMenuTrigger, Icon, StateTag, TranslocoPipe],
  templateUrl: './agent-state-menu.html',
  styleUrl: './menu.scss',
})
export class AgentStateMenu {
  readonly #refusal = inject(Refusal);
  protected readonly status = inject(AgentStatus);

  /** Away says why; every other state says itself. */
  protected readonly word = computed(() => {
    const view = this.status.view();
    if (view?.state === 'away' && view.awayReason !== null) return `shell.state.away_reason.${view.awayReason}`;
    return `shell.state.${view?.state ?? 'unknown'}`;
  });
  protected readonly reasons = ['break', 'meal', 'meeting', 'training', 'desk-work'] as const;

  protected becomeReady(): void {
    void this.#refusal.attempt(() => this.status.choose('ready'));
  }

  protected leave(reason: (typeof this.reasons)[number]): void {
    void this.#refusal.attempt(() => this.status.choose('away', reason));
  }
}
