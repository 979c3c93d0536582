import { ChangeDetectionStrategy, Component, computed, DestroyRef, effect, type ElementRef, inject, input, signal, untracked, viewChild } from '@angular/core';
import { provideTranslocoScope, TranslocoPipe } from '@jsverse/transloco';
import type { Waveform } from '#contracts/recordings.contract';
import { formatDuration } from '../design/duration';
import { Icon, type IconName } from '../design/icon';
import { ProblemPanel } from '../design/problem-panel';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { ProblemText } from '../platform/problem-text';
import { LANE_HEIGHT, resample, waveformPath } from './waveform-path';

export const SPEEDS = [1, 1.25, 1.5, 2] as const;
const BARS = 320;
const ASK_AGAIN_MS = 1_500;
/** After this many answers of "still being written" the person decides. */
const ASK_AT_MOST = 40;
/** Whoever is neither an agent nor an interpreter is somebody outside. */
const PARTY_ICONS: Readonly<Record<string, IconName>> = { agent: 'headset_mic', resident: 'person' };
const iconOf = (party: string): IconName => PARTY_ICONS[party] ?? 'person';

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
  readonly #waveform = signal<Waveform | undefined>(undefined);
  readonly #error = signal<unknown>(undefined);
  #retryTimer: ReturnType<typeof setTimeout> | undefined;
  #frame = 0;

  protected readonly audio = viewChild<ElementRef<HTMLAudioElement>>('audio');
  protected readonly state = signal<Loading>('loading');
  protected readonly isPlaying = signal(false);
  protected readonly position = signal(0);
  protected readonly speed = signal<number>(1);

  protected readonly speeds = SPEEDS;
  protected readonly laneHeight = LANE_HEIGHT;
  protected readonly address = computed(() => `/api/calls/${encodeURIComponent(this.callId())}/recording`);
  protected readonly seconds = computed(() => this.#waveform()?.seconds ?? 0);
  protected readonly played = computed(() => (this.seconds() > 0 ? Math.min(1, this.position() / this.seconds()) : 0));
  protected readonly time = computed(() => formatDuration(this.position()));
  protected readonly length = computed(() => formatDuration(this.seconds()));
  protected readonly lanes = computed(() =>
    (this.#waveform()?.channels ?? []).map(({ party, peaks }) => {
      const bars = resample(peaks, BARS);
      return { party, icon: iconOf(party), width: bars.length, path: waveformPath(bars) };
    }),
  );
  protected readonly problem = computed(() => this.#problemText.of(this.#error()));

  constructor() {
    effect(() => {
      this.callId();
      untracked(() => {
        this.#reset();
        void this.load();
      });
    });
    inject(DestroyRef).onDestroy(() => this.#reset());
  }

  protected async load(asked = 1): Promise<void> {
    const callId = this.callId();
    clearTimeout(this.#retryTimer);
    if (asked === 1) this.state.set('loading');
    try {
      const waveform = await this.#api.get<Waveform>(`${this.address()}/waveform`);
      if (callId !== this.callId()) return;
      this.#waveform.set(waveform);
      this.state.set('ready');
    } catch (error) {
      if (callId === this.callId()) this.#waitOrFail(error, asked);
    }
  }

  protected toggle(): void {
    const audio = this.audio()?.nativeElement;
    if (!audio) return;
    if (!audio.paused) return audio.pause();
    if (this.position() >= this.seconds()) this.seek(0);
    audio.playbackRate = this.speed();
    audio.play().catch((error: unknown) => this.#fail(error));
  }

  protected seek(seconds: number): void {
    const position = Math.min(this.seconds(), Math.max(0, seconds));
    this.position.set(position);
    const audio = this.audio()?.nativeElement;
    // Before the first play nothing is fetched yet; `started` moves there then.
    if (audio && audio.readyState > 0) audio.currentTime = position;
  }

  protected chooseSpeed(speed: number): void {
    this.speed.set(speed);
    const audio = this.audio()?.nativeElement;
    if (audio) audio.playbackRate = speed;
  }

  protected point(event: PointerEvent): void {
    const lanes = event.currentTarget;
    if (!(lanes instanceof HTMLElement) || (event.type === 'pointermove' && event.buttons !== 1)) return;
    if (event.type === 'pointerdown') lanes.setPointerCapture(event.pointerId);
    const { left, width } = lanes.getBoundingClientRect();
    this.seek(((event.clientX - left) / width) * this.seconds());
  }

  protected press(event: KeyboardEvent): void {
    const steps: Record<string, () => void> = {
      ArrowLeft: () => this.seek(this.position() - 5),
      ArrowRight: () => this.seek(this.position() + 5),
      ArrowDown: () => this.seek(this.position() - 1),
      ArrowUp: () => this.seek(this.position() + 1),
      PageDown: () => this.seek(this.position() - 15),
      PageUp: () => this.seek(this.position() + 15),
      Home: () => this.seek(0),
      End: () => this.seek(this.seconds()),
      ' ': () => this.toggle(),
    };
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    step();
  }

  protected started(): void {
    const audio = this.audio()?.nativeElement;
    if (audio && Math.abs(audio.currentTime - this.position()) > 0.05) audio.currentTime = this.position();
  }

  protected begin(): void {
    this.isPlaying.set(true);
    this.#follow();
  }

  protected paused(): void {
    this.isPlaying.set(false);
    cancelAnimationFrame(this.#frame);
    this.#readPosition();
  }

  protected broke(): void {
    if (this.state() === 'ready') this.#fail(new ProblemError('recording.not-found'));
  }

  #follow(): void {
    this.#readPosition();
    if (this.isPlaying()) this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #readPosition(): void {
    const audio = this.audio()?.nativeElement;
    if (audio && audio.readyState > 0) this.position.set(audio.ended ? this.seconds() : audio.currentTime);
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
    cancelAnimationFrame(this.#frame);
    this.audio()?.nativeElement.pause();
    this.#waveform.set(undefined);
    this.isPlaying.set(false);
    this.position.set(0);
  }
}
