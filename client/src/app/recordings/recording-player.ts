import {
  ChangeDetectionStrategy,
  Component,
  computed,
  DestroyRef,
  effect,
  type ElementRef,
  inject,
  input,
  signal,
  untracked,
  viewChild,
} from '@angular/core';
import { provideTranslocoScope, TranslocoPipe } from '@jsverse/transloco';
import type { RecordingView } from '#contracts/recordings.contract';
import { formatDuration } from '../design/duration';
import { Icon, type IconName } from '../design/icon';
import { ProblemPanel } from '../design/problem-panel';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { ProblemText } from '../platform/problem-text';
import { Session } from '../platform/session';
import { Playback, SPEEDS } from './playback';
import { listMarks, splitParty } from './recording-marks';
import { LANE_HEIGHT, resample, waveformPath } from './waveform-path';

const BARS = 320;
const ASK_AGAIN_MS = 1_500;
/** After this many answers of "still being written" the person decides. */
const ASK_AT_MOST = 40;
const PARTY_ICONS: Readonly<Record<string, IconName>> = {
  agent: 'headset_mic',
  interpreter: 'translate',
  supervisor: 'supervisor_account',
};

type Loading = 'loading' | 'saving' | 'ready' | 'failed';

/** A call's recording: one lane of sound per party, heard together. Opening it is not playing it; playing is audited. */
@Component({
  selector: 'kk-recording-player',
  changeDetection: ChangeDetectionStrategy.OnPush,
  imports: [Icon, ProblemPanel, TranslocoPipe],
  providers: [provideTranslocoScope('recordings')],
  templateUrl: './recording-player.html',
  styleUrl: './recording-player.scss',
  host: { 'data-testid': 'recording-player', '[attr.data-state]': 'state()' },
})
export class RecordingPlayer {
  readonly callId = input.required<string>();

  readonly #api = inject(Api);
  readonly #problemText = inject(ProblemText);
  readonly #view = signal<RecordingView | undefined>(undefined);
  readonly #error = signal<unknown>(undefined);
  #retryTimer: ReturnType<typeof setTimeout> | undefined;

  protected readonly audio = viewChild<ElementRef<HTMLAudioElement>>('audio');
  protected readonly state = signal<Loading>('loading');
  protected readonly playback = new Playback();
  protected readonly mayExport = inject(Session).can('recordings.export');

  protected readonly speeds = SPEEDS;
  protected readonly laneHeight = LANE_HEIGHT;
  protected readonly address = computed(() => `/api/calls/${encodeURIComponent(this.callId())}/recording`);
  protected readonly seconds = computed(() => this.#view()?.seconds ?? 0);
  protected readonly played = computed(() => (this.seconds() > 0 ? Math.min(1, this.playback.position() / this.seconds()) : 0));
  protected readonly time = computed(() => formatDuration(this.playback.position()));
  protected readonly length = computed(() => formatDuration(this.seconds()));
  protected readonly lanes = computed(() =>
    (this.#view()?.channels ?? []).map(({ name, peaks }) => {
      const bars = resample(peaks, BARS);
      return { name, party: splitParty(name), icon: PARTY_ICONS[name] ?? 'person', width: bars.length, path: waveformPath(bars) };
    }),
  );
  protected readonly marks = computed(() => listMarks(this.#view() ?? { marks: [], gaps: [] }).map((mark) => ({ ...mark, ...this.#placeOf(mark) })));
  protected readonly hasSilence = computed(() => (this.#view()?.silences.length ?? 0) > 0);
  protected readonly problem = computed(() => this.#problemText.of(this.#error()));

  constructor() {
    effect(() => {
      this.callId();
      untracked(() => {
        this.#reset();
        void this.load();
      });
    });
    effect(() => this.playback.use(this.audio()?.nativeElement));
    inject(DestroyRef).onDestroy(() => this.#reset());
  }

  protected async load(asked = 1): Promise<void> {
    const callId = this.callId();
    clearTimeout(this.#retryTimer);
    if (asked === 1) this.state.set('loading');
    try {
      const view = await this.#api.get<RecordingView>(`${this.address()}/description`);
      if (callId !== this.callId()) return;
      this.#view.set(view);
      this.playback.load(view);
      this.state.set('ready');
    } catch (error) {
      if (callId === this.callId()) this.#waitOrFail(error, asked);
    }
  }

  protected toggle(): void {
    this.playback.toggle().catch((error: unknown) => this.#fail(error));
  }

  protected point(event: PointerEvent): void {
    const lanes = event.currentTarget;
    if (!(lanes instanceof HTMLElement) || (event.type === 'pointermove' && event.buttons !== 1)) return;
    if (event.type === 'pointerdown') lanes.setPointerCapture(event.pointerId);
    const { left, width } = lanes.getBoundingClientRect();
    this.playback.seek(((event.clientX - left) / width) * this.seconds());
  }

  protected press(event: KeyboardEvent): void {
    const by = (seconds: number) => () => this.playback.seek(this.playback.position() + seconds);
    const steps: Record<string, () => void> = {
      ArrowLeft: by(-5),
      ArrowRight: by(5),
      ArrowDown: by(-1),
      ArrowUp: by(1),
      PageDown: by(-15),
      PageUp: by(15),
      Home: () => this.playback.seek(0),
      End: () => this.playback.seek(this.seconds()),
      ' ': () => this.toggle(),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }

  protected broke(): void {
    if (this.state() === 'ready') this.#fail(new ProblemError('recording.not-found'));
  }

  /** In percent of the whole. */
  #placeOf({ atSeconds, seconds }: { atSeconds: number; seconds: number }): { left: number; width: number } {
    const whole = this.seconds() || 1;
    return { left: (atSeconds / whole) * 100, width: (seconds / whole) * 100 };
  }

  #waitOrFail(error: unknown, asked: number): void {
    const isBeingWritten = error instanceof ProblemError && error.code === 'recording.not-ready';
    if (!isBeingWritten || asked >= ASK_AT_MOST) return this.#fail(error);
    this.state.set('saving');
    this.#retryTimer = setTimeout(() => void this.load(asked + 1), ASK_AGAIN_MS);
  }

  #fail(error: unknown): void {
    this.#error.set(error);
    this.state.set('failed');
  }

  #reset(): void {
    clearTimeout(this.#retryTimer);
    this.playback.reset();
    this.#view.set(undefined);
  }
}
