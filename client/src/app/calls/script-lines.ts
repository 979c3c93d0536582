import { ChangeDetectionStrategy, Component, computed, inject, linkedSignal } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import { Icon } from '../design/icon';
import { Session } from '../platform/session';
import { DeskState } from './desk-state';

const OUTBOUND_STEPS = ['opening', 'identity', 'closing'] as const;
const INBOUND_STEPS = ['greeting', 'who', 'matter'] as const;
type Step = (typeof OUTBOUND_STEPS)[number];

/** The first words of a call and the identity check, as DOMAIN §4.5 lays down. */
@Component({
  selector: 'kk-script-lines',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, TranslocoDirective],
  template: `
    <section *transloco="let t; prefix: 'calls.script'" [attr.aria-label]="t('title')">
      <div class="section-head">
        <h2>{{ t('title') }}</h2>
      </div>
      @if (isInbound()) {
        @for (step of inboundSteps; track step) {
          <div class="step">
            <span>{{ $index + 1 }}</span>
            <p class="say">{{ t('inbound.' + step, names()) }}</p>
          </div>
        }
        <p class="never">
          <kk-icon name="front_hand" size="s" /><span>{{ t('inbound.doubt') }}</span>
        </p>
      } @else {
        <ol role="tablist">
          @for (step of steps; track step) {
            <li role="presentation">
              <button type="button" role="tab" [attr.aria-selected]="current() === step" (click)="current.set(step)">
                @if (step === 'identity' && state.call()?.isIdentified) {
                  <kk-icon name="check" size="s" />
                }
                {{ t('step.' + step) }}
              </button>
            </li>
          }
        </ol>
        @for (line of lines(); track line) {
          <p class="say">{{ t(line, names()) }}</p>
        }
        <p class="never">
          <kk-icon name="block" size="s" /><span>{{ t('never.' + current()) }}</span>
        </p>
      }
    </section>
  `,
  styleUrl: './script-lines.css',
})
export class ScriptLines {
  readonly #session = inject(Session);
  protected readonly state = inject(DeskState);
  protected readonly steps = OUTBOUND_STEPS;
  protected readonly inboundSteps = INBOUND_STEPS;
  protected readonly isInbound = computed(() => this.state.call()?.direction === 'inbound');
  /** Follows the call, unless the agent turns to another step. */
  protected readonly current = linkedSignal<Step>(() => {
    const call = this.state.call();
    if (call?.phase === 'talking') return 'identity';
    return call?.phase === 'wrap-up' ? 'closing' : 'opening';
  });
  protected readonly lines = computed(() => [0, 1].map((line) => `${this.current()}.${line}`));
  protected readonly names = computed(() => ({
    centre: this.#session.centre(),
    me: (this.#session.user()?.name ?? '').split(/[\s\u3000]/)[0] ?? '',
    name: this.state.case()?.person.name ?? '',
    number: this.state.category()?.callerIdDisplay ?? '',
  }));
}
