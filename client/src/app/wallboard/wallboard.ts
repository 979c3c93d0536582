import { ChangeDetectionStrategy, Component, computed, DestroyRef, DOCUMENT, effect, inject, input, signal } from '@angular/core';
import { Router, RouterLink } from '@angular/router';
import { TranslocoPipe } from '@jsverse/transloco';
import { CallStore } from '../calls/call-store';
import { LineBar } from '../calls/line-bar';
import { BrandMark } from '../design/brand-mark';
import { Icon } from '../design/icon';
import { japanDate, japanTime } from '../design/japan-time';
import { STATE_ICONS, type StateName } from '../design/state-tag';
import { Wareki } from '../design/wareki';
import { Appearance } from '../platform/appearance';
import { Clock } from '../platform/clock';
import { Language } from '../platform/language';
import { plural } from '../platform/plural';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { PART_HERE, wordsAround } from '../platform/words-around';
import { ContactChart } from './contact-chart';
import { cutPercent, missingPersons, neededPace } from './contact-rate';
import { WallboardStore } from './wallboard-store';

const SEPARATED = new Intl.NumberFormat('en-US');

/** The board on the wall, read from eight metres: figures only, no person, no ranking. */
@Component({
  selector: 'kk-wallboard',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [BrandMark, ContactChart, Icon, LineBar, RouterLink, TranslocoPipe, Wareki],
  providers: [WallboardStore],
  templateUrl: './wallboard.html',
  styleUrl: './wallboard.scss',
  host: { '[class]': 'store.freshness()', '[style.padding-inline]': 'drift()' },
})
export class Wallboard {
  /** A wall hangs in its own light: ?theme=light for a bright room. */
  readonly theme = input<string>();

  readonly #router = inject(Router);
  readonly #clock = inject(Clock);
  readonly #document = inject(DOCUMENT);
  readonly #appearance = inject(Appearance);
  readonly #problemText = inject(ProblemText);
  readonly #language = inject(Language);
  readonly #calls = inject(CallStore);
  protected readonly session = inject(Session);
  protected readonly store = inject(WallboardStore);

  protected readonly figureMark = { figure: PART_HERE };
  protected readonly around = wordsAround;
  protected readonly today = computed(() => japanDate(this.#clock.now()));
  protected readonly time = computed(() => japanTime(this.#clock.now()));
  readonly #leaveError = signal<unknown>(undefined);
  protected readonly leaveProblem = computed(() =>
    this.#leaveError() === undefined ? undefined : this.#problemText.of(this.#leaveError()),
  );
  /** Who calls has the list as home; for everybody else the board is home. */
  protected readonly hasHomeElsewhere = computed(() => this.session.can('calls.dial'));
  /** A call of this person goes on while they look at the board. */
  protected readonly isOnCall = computed(() => this.session.can('phone.register') && this.#calls.phase() !== 'idle');
  protected readonly board = this.store.board;
  protected readonly problem = computed(() =>
    this.store.error() === undefined ? undefined : this.#problemText.of(this.store.error()),
  );

  protected readonly monthName = computed(() => {
    const month = this.board()?.contactRate.month;
    if (!month) return '';
    const form = new Intl.DateTimeFormat(this.#language.locale() === 'ja' ? 'ja-JP' : 'en-GB', {
      month: 'long',
      timeZone: 'UTC',
    });
    return form.format(new Date(`${month}-01T00:00:00Z`));
  });
  protected readonly rate = computed(() => {
    const rate = this.board()?.contactRate;
    if (!rate) return undefined;
    return {
      percent: cutPercent(rate.reached, rate.requested) ?? '–',
      missing: this.number(missingPersons(rate)),
      pace: neededPace(rate),
    };
  });
  protected readonly answeredPercent = computed(() => {
    const today = this.board()?.today;
    return today ? cutPercent(today.inboundAnswered, today.inbound) : null;
  });
  protected readonly waitSeconds = computed(() => {
    const since = this.board()?.queue.longestSince;
    return since ? Math.max(0, Math.floor((this.#clock.now() - Date.parse(since)) / 1000)) : null;
  });
  protected readonly floor = computed(() => {
    const agents = this.board()?.agents;
    if (!agents) return [];
    const cell = (state: StateName, count: number) => ({ state, count, icon: STATE_ICONS[state] });
    return [
      cell('talk', agents.talking),
      cell('ring', agents.ringing),
      cell('ready', agents.ready),
      cell('wrap', agents.wrapUp),
      cell('away', agents.away),
      cell('off', agents.offline),
    ];
  });
  /** Agents whose wrap-up takes longer than it should. */
  protected readonly overdue = computed(() => this.board()?.agents.wrapUpOverdue ?? 0);
  protected readonly figuresAt = computed(() => japanTime(Date.parse(this.board()?.at ?? ''), true));
  protected readonly stoppedAt = computed(() => japanTime(Date.parse(this.board()?.at ?? '')));
  protected readonly ageSeconds = computed(() => Math.floor(this.store.ageMs() / 1000));
  /** Two pixels an hour and back, against burn-in; in the padding, so that the page never grows wider than the screen. */
  protected readonly drift = computed(() => {
    const step = Math.floor(this.#clock.now() / 3_600_000) % 4;
    const px = [0, 2, 4, 2][step] ?? 0;
    return `${px}px ${4 - px}px`;
  });

  constructor() {
    let giveBack: (() => void) | undefined;
    effect(() => {
      giveBack = this.#appearance.override(this.theme() === 'light' ? 'light' : 'dark');
    });
    inject(DestroyRef).onDestroy(() => giveBack?.());
  }

  /** The key of a unit that goes with a count. */
  protected unit(name: 'calls' | 'persons', count: number): string {
    return `wallboard.unit.${name}_${plural(count)}`;
  }

  protected number(value: number): string {
    return SEPARATED.format(value);
  }

  /** The session goes on until the server has ended it, so a refusal keeps the board and is shown. */
  protected async logOut(): Promise<void> {
    try {
      await this.session.logOut();
      await this.#router.navigate(['/login']);
    } catch (error) {
      this.#leaveError.set(error);
    }
  }

  protected async toggleFullScreen(): Promise<void> {
    const page = this.#document;
    await (page.fullscreenElement ? page.exitFullscreen() : page.documentElement.requestFullscreen());
  }
}
