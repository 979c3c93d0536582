import { MediaError } from '../ports/media.port.ts';
import type { AnchorId, AnchorStatistics, MediaEngine, MediaPath, PartyKind, StreamStatistics } from '../ports/media.port.ts';
import type { RtpAddress } from '../ports/mixer.port.ts';

const PATH: MediaPath = { remote: { host: '127.0.0.1', port: 30_000 }, telephoneEventType: 101, codec: 'PCMU' };
const NOTHING: StreamStatistics = { packets: 0, lost: null, jitterMs: null, roundTripMs: null, mos: null };

type Method = 'makeOffer' | 'takeAnswer' | 'takeOffer' | 'makeAnswer' | 'renegotiate';

/** A `MediaEngine` in memory. Can be told to fail, or to wait until the spec lets it go on. */
export class FakeMedia implements MediaEngine {
  readonly anchors = new Set<AnchorId>();
  readonly released: AnchorId[] = [];
  /** What `statistics` answers; an anchor not named here has had no packets. */
  readonly counted = new Map<AnchorId, AnchorStatistics>();
  isDead = false;
  readonly #failures = new Map<Method, MediaError['code']>();
  #gate: { readonly opened: Promise<void>; readonly open: () => void } | null = null;

  failNext(method: Method, code: MediaError['code']): void {
    this.#failures.set(method, code);
  }

  /** Every method waits until the function returned is called. */
  hold(): () => void {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    this.#gate = { opened, open };
    return () => {
      this.#gate = null;
      open();
    };
  }

  async makeOffer(anchor: AnchorId, mixer: RtpAddress): Promise<string> {
    await this.#begin('makeOffer', anchor);
    return `offer of ${mixer.port}`;
  }

  async takeAnswer(anchor: AnchorId): Promise<MediaPath> {
    await this.#begin('takeAnswer', anchor);
    return PATH;
  }

  async takeOffer(anchor: AnchorId): Promise<MediaPath> {
    await this.#begin('takeOffer', anchor);
    return PATH;
  }

  async makeAnswer(anchor: AnchorId, party: PartyKind): Promise<string> {
    await this.#begin('makeAnswer', anchor);
    return `answer to a ${party}`;
  }

  async renegotiate(anchor: AnchorId, _sdp: string, mixer: RtpAddress): Promise<{ path: MediaPath; answer: string }> {
    await this.#begin('renegotiate', anchor);
    return { path: PATH, answer: `another answer of ${mixer.port}` };
  }

  release(anchor: AnchorId): Promise<void> {
    this.anchors.delete(anchor);
    this.released.push(anchor);
    return Promise.resolve();
  }

  isAlive(anchor: AnchorId): Promise<boolean> {
    return Promise.resolve(!this.isDead && this.anchors.has(anchor));
  }

  statistics(anchor: AnchorId): Promise<AnchorStatistics | null> {
    if (this.isDead || !this.anchors.has(anchor)) return Promise.resolve(null);
    return Promise.resolve(this.counted.get(anchor) ?? { fromParty: NOTHING, fromMixer: NOTHING });
  }

  count(): Promise<number> {
    return Promise.resolve(this.anchors.size);
  }

  async #begin(method: Method, anchor: AnchorId): Promise<void> {
    this.anchors.add(anchor);
    await this.#gate?.opened;
    const code = this.#failures.get(method);
    this.#failures.delete(method);
    if (code !== undefined) throw new MediaError(code, `The fake was told to fail ${method}`);
  }
}
