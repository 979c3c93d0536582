import { ChangeDetectionStrategy, Component, computed, inject } from '@angular/core';
import { TranslocoDirective } from '@jsverse/transloco';
import type { IdentityItem } from '#contracts/calls.contract';
import { Icon } from '../design/icon';
import { ProblemPanel } from '../design/problem-panel';
import { plural } from '../platform/plural';
import { ProblemText } from '../platform/problem-text';
import { CallStore } from './call-store';

const ITEMS: readonly IdentityItem[] = ['name', 'birth-date', 'address', 'notice-number'];
const VERDICTS = ['match', 'mismatch'] as const;

/** What the person said, ticked off: two matches unlock what may be told (DOMAIN §4.5). Nothing of it is read out. */
@Component({
  selector: 'kk-identity-checklist',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, ProblemPanel, TranslocoDirective],
  template: `
    <section *transloco="let t; prefix: 'calls.identity'" [attr.aria-label]="t('title')">
      <div class="section-head">
        <h2>{{ t('title') }}</h2>
        <span class="push label">{{ t('how') }}</span>
      </div>
      <ul>
        @for (item of items; track item) {
          <li>
            {{ t('item.' + item) }}
            <span class="verdicts" role="group" [attr.aria-label]="t('item.' + item)">
              @for (verdict of verdicts; track verdict) {
                <button
                  type="button"
                  [class]="verdict"
                  [attr.data-testid]="'identity-' + item + '-' + verdict"
                  [attr.aria-pressed]="marks()[item] === verdict"
                  [attr.aria-label]="t(verdict)"
                  [disabled]="!canMark()"
                  (click)="mark(item, verdict)"
                >
                  <kk-icon [name]="verdict === 'match' ? 'check' : 'close'" size="s" />
                </button>
              }
            </span>
          </li>
        }
      </ul>
      @if (calls.call()?.isIdentified) {
        <p class="verdict open" role="status" data-testid="identity-unlocked">
          <kk-icon name="lock_open" size="s" /><strong>{{ t('unlocked') }}</strong>
          <span class="label">{{ t('matches_' + plural(matches()), { count: matches() }) }}</span>
        </p>
      } @else {
        <p class="verdict" role="status" data-testid="identity-locked">
          <kk-icon name="lock" size="s" [filled]="true" /><span>{{ t('locked', { count: matches() }) }}</span>
        </p>
      }
      @if (problem(); as sentence) {
        <kk-problem [sentence]="sentence" />
      }
    </section>
  `,
  styles: `
    :host {
      display: block;
    }
    li {
      display: flex;
      align-items: center;
      justify-content: space-between;
      min-height: 2.125rem;
      border-bottom: var(--kk-hairline);
    }
    .verdicts {
      display: inline-flex;
      border: 1px solid var(--mat-sys-outline-variant);
      border-radius: var(--kk-radius);
      overflow: hidden;
    }
    button {
      display: grid;
      place-items: center;
      width: 2rem;
      height: 1.5rem;
      padding: 0;
      border: 0;
      background: var(--mat-sys-surface-container-lowest);
      color: var(--mat-sys-on-surface-variant);
      cursor: pointer;
    }
    button[aria-pressed='false']:hover:enabled {
      background: var(--mat-sys-surface-container);
    }
    button:disabled {
      cursor: default;
    }
    .match[aria-pressed='true'] {
      background: var(--kk-ready);
      color: var(--kk-on-ready);
    }
    .mismatch[aria-pressed='true'] {
      background: var(--kk-flag);
      color: var(--kk-on-flag);
    }
    button:focus-visible {
      outline-offset: -2px;
    }
    .verdict {
      display: flex;
      align-items: center;
      gap: var(--kk-2);
      margin-top: var(--kk-2);
      padding: 0.375rem var(--kk-2);
      background: var(--mat-sys-surface-container);
      border-left: 3px solid var(--mat-sys-outline);
    }
    @media (max-width: 1500px) {
      li {
        min-height: 1.875rem;
      }
    }
    .verdict.open {
      background: var(--kk-ready-tint);
      border-left-color: var(--kk-ready);
    }
  `,
})
export class IdentityChecklist {
  readonly #problemText = inject(ProblemText);
  protected readonly calls = inject(CallStore);
  protected readonly items = ITEMS;
  protected readonly verdicts = VERDICTS;
  protected readonly marks = computed(() => this.calls.call()?.identity ?? {});
  protected readonly plural = plural;
  protected readonly matches = computed(() => Object.values(this.marks()).filter((verdict) => verdict === 'match').length);
  /** An inbound caller is compared by the server and not ticked off by hand. */
  protected readonly canMark = computed(() => {
    const call = this.calls.call();
    return call?.direction === 'outbound' && call.answeredAt !== null;
  });
  protected readonly problem = computed(() => {
    const error = this.calls.failureOf('call:mark-identity');
    return error === null ? null : this.#problemText.of(error);
  });

  /** Pressing the same verdict again takes it back. */
  protected mark(item: IdentityItem, verdict: 'match' | 'mismatch'): void {
    void this.calls.markIdentity(item, this.marks()[item] === verdict ? null : verdict);
  }
}
