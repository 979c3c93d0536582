import { ChangeDetectionStrategy, Component, inject } from '@angular/core';
import { History } from './history';
import { DeskState } from './desk-state';
import { ScriptLines } from './script-lines';

/** What to say, and what was before. */
@Component({
  selector: 'kk-history-pane',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [History, ScriptLines],
  template: `
    <kk-script-lines class="section" />
    @if (state.case(); as view) {
      <kk-history class="section grow" [entries]="view.timeline" />
    }
  `,
  styles: `
    :host {
      overflow: hidden;
    }
  `,
})
export class HistoryPane {
  protected readonly state = inject(DeskState);
}
