import { ChangeDetectionStrategy, Component, input, output } from '@angular/core';
import { TranslocoPipe } from '@jsverse/transloco';
import { Icon } from './icon';

/** What failed in this pane, the way out, and the number to quote. Stays until it is solved. Another way out than trying again is projected. */
@Component({
  selector: 'kk-problem',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoPipe],
  template: `
    <kk-icon name="error" [filled]="true" />
    <div>
      <p class="what">{{ sentence().what }}</p>
      <p>{{ sentence().wayOut }}</p>
      @if (sentence().number; as number) {
        <p class="number">{{ 'kit.problem_number' | transloco: { number } }}</p>
      }
    </div>
    <ng-content />
    @if (canRetry()) {
      <button class="btn small" type="button" (click)="retry.emit()">
        <kk-icon name="replay" size="s" />{{ 'kit.retry' | transloco }}
      </button>
    }
  `,
  styles: `
    :host {
      display: grid;
      grid-template-columns: auto 1fr auto;
      gap: var(--kk-2) var(--kk-3);
      align-items: start;
      padding: var(--kk-3) var(--kk-4);
      background: var(--mat-sys-error-container);
      color: var(--mat-sys-on-error-container);
    }
    .what {
      font-weight: var(--kk-bold);
    }
    .number {
      font: var(--mat-sys-body-small);
    }
    .btn {
      color: inherit;
      border-color: currentColor;
    }
  `,
  host: { role: 'alert' },
})
export class ProblemPanel {
  readonly sentence = input.required<{ what: string; wayOut: string; number: string | undefined }>();
  readonly canRetry = input(false);
  readonly retry = output();
}
