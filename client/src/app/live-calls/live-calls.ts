import { ChangeDetectionStrategy, Component, computed, DestroyRef, inject, signal } from '@angular/core';
import { Router } from '@angular/router';
import { TranslocoDirective } from '@jsverse/transloco';
import type { LiveCallView } from '#contracts/live-calls.contract';
import type { CallId } from '#contracts/ids.contract';
import type { SupervisionMode } from '#contracts/parties.contract';
import { Duration } from '../design/duration';
import { Empty } from '../design/empty';
import { Icon, type IconName } from '../design/icon';
import { Loading } from '../design/loading';
import { ProblemPanel } from '../design/problem-panel';
import { type StateName, StateTag } from '../design/state-tag';
import { Tag } from '../design/tag';
import { Phone } from '../phone/phone';
import { Language } from '../platform/language';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { LiveCallsStore } from './live-calls-store';

const TONES: Partial<Record<LiveCallView['phase'], StateName>> = {
  queued: 'hold',
  offered: 'ring',
  dialling: 'ring',
  ringing: 'ring',
  talking: 'talk',
};
const MODES: readonly { mode: SupervisionMode; icon: IconName }[] = [
  { mode: 'listen', icon: 'hearing' },
  { mode: 'whisper', icon: 'record_voice_over' },
  { mode: 'barge', icon: 'groups' },
];
/** Below this a talk is hard to follow (ITU-T P.800: fair is 3). */
const POOR_MOS = 3;

/** Every running call, and for supervisors the four ways into it. */
@Component({
  selector: 'kk-live-calls',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Duration, Empty, Icon, Loading, ProblemPanel, StateTag, Tag, TranslocoDirective],
  providers: [LiveCallsStore],
  templateUrl: './live-calls.html',
  styleUrl: './live-calls.css',
})
export class LiveCalls {
  readonly #router = inject(Router);
  readonly #problemText = inject(ProblemText);
  readonly #session = inject(Session);
  protected readonly phone = inject(Phone);
  protected readonly locale = inject(Language).locale;
  protected readonly store = inject(LiveCallsStore);
  protected readonly modes = MODES;
  /** Whether the people in a call see that somebody supervises; the audit always does. */
  protected readonly isHidden = signal(false);
  protected readonly confirming = signal<CallId | null>(null);

  protected readonly canSupervise = computed(() => this.#session.can('calls.supervise'));
  protected readonly problem = computed(() => {
    const error = this.store.error();
    return error === null ? null : this.#problemText.of(error);
  });

  constructor() {
    inject(DestroyRef).onDestroy(this.store.follow());
  }

  protected readonly toneOf = (call: LiveCallView): StateName => {
    if (call.parties.some(({ role, isHeld }) => role === 'resident' && isHeld)) return 'hold';
    const guests = call.parties.filter(
      ({ role, standing }) => standing === 'present' && (role === 'interpreter' || role === 'third-party'),
    );
    return guests.length > 0 ? 'three' : (TONES[call.phase] ?? 'talk');
  };

  protected readonly wordOf = (call: LiveCallView): string => {
    const tone = this.toneOf(call);
    return call.phase === 'talking' && (tone === 'hold' || tone === 'three') ? tone : call.phase;
  };

  protected readonly guestsOf = (call: LiveCallView): string =>
    call.parties
      .filter(({ role }) => role !== 'agent' && role !== 'resident')
      .map(({ label }) => label)
      .join('、');

  protected readonly isPoor = (call: LiveCallView): boolean => call.quality.some(({ mos }) => mos < POOR_MOS);

  /** The supervisor's phone must stand, and one call at a time is enough. */
  protected readonly canEnter = (call: LiveCallView): boolean => {
    const mine = this.store.mine();
    return (
      call.phase === 'talking' && this.phone.isReady() && this.store.pending() === null && (mine === null || mine.id === call.id)
    );
  };

  protected choose(call: LiveCallView, mode: SupervisionMode): void {
    void this.store.supervise(call.id, call.supervision === mode ? null : mode, this.isHidden());
  }

  /** Taking a call away from an agent asks once more. */
  protected async takeOver(call: LiveCallView): Promise<void> {
    if (this.confirming() !== call.id) {
      this.confirming.set(call.id);
      return;
    }
    this.confirming.set(null);
    if (await this.store.takeOver(call.id)) await this.#router.navigateByUrl('/desk');
  }
}
