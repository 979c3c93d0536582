import type { Logger } from 'pino';
import type { PartyId } from '#contracts/parties.contract';
import { codeOf } from '../error-code.ts';
import type { LegId, Mixer, SoundName } from '../ports/mixer.port.ts';

interface Programme {
  readonly party: PartyId;
  readonly leg: LegId;
  readonly remaining: readonly SoundName[];
}

/** Plays announcements to the parties of one call, one after another. */
export class Announcer {
  readonly #mixer: Mixer;
  readonly #log: Logger;
  readonly #onDone: (party: PartyId, lastSound: SoundName) => void;
  readonly #programmes = new Map<LegId, Programme>();

  /** `onDone` is told when the last one was played, or could not be: nobody must wait for a sound that is missing. */
  constructor(mixer: Mixer, log: Logger, onDone: (party: PartyId, lastSound: SoundName) => void) {
    this.#mixer = mixer;
    this.#log = log;
    this.#onDone = onDone;
  }

  /** Replaces what is being played to this leg; an empty list only stops it. */
  play(party: PartyId, leg: LegId, sounds: readonly SoundName[]): void {
    const [first, ...rest] = sounds;
    if (first === undefined) {
      this.#programmes.delete(leg);
      this.#mixer.stopPlaying(leg).catch(() => undefined);
      return;
    }
    const programme: Programme = { party, leg, remaining: rest };
    this.#programmes.set(leg, programme);
    this.#mixer.play(leg, first).catch((error: unknown) => {
      this.#log.warn({ code: codeOf(error), sound: first }, 'An announcement could not be played');
      if (this.#programmes.get(leg) === programme) this.notePlayed(leg, first);
    });
  }

  /** The mixer has played a sound to its end. */
  notePlayed(leg: LegId, sound: SoundName): void {
    const programme = this.#programmes.get(leg);
    if (programme === undefined) return;
    this.#programmes.delete(leg);
    if (programme.remaining.length > 0) this.play(programme.party, leg, programme.remaining);
    else this.#onDone(programme.party, sound);
  }
}
