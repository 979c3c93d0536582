import { silence, tone, type FrameSource } from '../media/frame-source.ts';
import { FRAME_MS } from '../media/frame-pacer.ts';
import { utterancesAt, type Phrase } from './phrases.ts';
import type { VoiceLibrary } from './voice-library.ts';

const TEST_TONE_HZ = 1000;
const TEST_TONE_DBFS = -12;
const BEEP_HZ = 1000;
const BEEP_MS = 500;
const TONE_MESSAGE_MS = 3000;
/** A phrase that takes longer to make than this is left out. */
const LONGEST_WAIT_MS = 5000;

/** What people say on the telephone. */
export interface Speech {
  /** Somebody who answered or was answered; never stops. */
  personAt(national: string): FrameSource;
  /** An answering machine: its message and a beep, then it is over. */
  machineAt(national: string): FrameSource;
}

/** A steady tone instead of voices, for measurements. */
export class ToneSpeech implements Speech {
  personAt(): FrameSource {
    return tone(TEST_TONE_HZ, TEST_TONE_DBFS);
  }

  *machineAt(): Generator<Uint8Array, void, undefined> {
    yield* tone(TEST_TONE_HZ, TEST_TONE_DBFS, TONE_MESSAGE_MS);
    yield* silence(500);
    yield* beep();
  }
}

/** Synthesised voices. A phrase that is not ready yet is silent until it is: nobody's answer waits for it. */
export class VoiceSpeech implements Speech {
  readonly #library: VoiceLibrary;

  constructor(library: VoiceLibrary) {
    this.#library = library;
  }

  *personAt(national: string): Generator<Uint8Array, void, undefined> {
    const { greeting, sentence } = utterancesAt(national);
    yield* silence(200);
    yield* this.#say(greeting);
    yield* silence(1200);
    for (;;) {
      yield* this.#say(sentence);
      yield* silence(2500);
    }
  }

  *machineAt(national: string): Generator<Uint8Array, void, undefined> {
    yield* silence(300);
    yield* this.#say(utterancesAt(national).machineMessage);
    yield* silence(500);
    yield* beep();
  }

  *#say(phrase: Phrase): Generator<Uint8Array, void, undefined> {
    for (let waitedMs = 0; waitedMs < LONGEST_WAIT_MS; waitedMs += FRAME_MS) {
      const frames = this.#library.framesOf(phrase);
      if (frames) return yield* frames;
      yield* silence(FRAME_MS);
    }
  }
}

function beep(): Iterable<Uint8Array> {
  return tone(BEEP_HZ, TEST_TONE_DBFS, BEEP_MS);
}
