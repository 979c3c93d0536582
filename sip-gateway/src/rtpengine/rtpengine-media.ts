import type { Logger } from 'pino';
import type { AnchorId, AnchorStatistics, MediaEngine, MediaPath, PartyKind } from '../ports/media.port.ts';
import { MediaError } from '../ports/media.port.ts';
import type { RtpAddress } from '../ports/mixer.port.ts';
import { readStatistics } from './query-reply.ts';
import type { NgCommand, NgReply, RtpengineControl } from './rtpengine-control.ts';
import { mixerSdp, pathOf } from './sdp.model.ts';

/** Sends one ng command and resolves with its reply. */
export type NgSender = Pick<RtpengineControl, 'send'>;

/** Logical interface names of rtpengine (`--interface=name/address`), when it has more than one. */
export interface RtpengineInterfaces {
  /** Faces the browsers. */
  readonly browser: string | null;
  /** Faces the trunk and the mixer. */
  readonly core: string | null;
}

/** Our calls in rtpengine's list carry this prefix. */
export const anchorPrefix = (gatewayId: string): string => `kk-${gatewayId}-`;

const MIXER_TAG = 'mixer';
const PARTY_TAG = 'party';
/** rtpengine lists at most this many calls in one datagram. */
const LIST_LIMIT = 500;
const MAX_DELETE_ROUNDS = 20;

/**
 * No word on DTLS: rtpengine then is its client (a=setup:active). Told to be the server (`DTLS: passive`), rtpengine 10.5 left 18 of 40
 * handshakes with Chromium hanging for good; as the client none of 240, and each was over within 40 ms.
 */
const TO_BROWSER = { 'transport-protocol': 'RTP/SAVPF', ICE: 'force', 'rtcp-mux': ['require'] } as const;
/** Towards the trunk RTCP has a port of its own; the mixer has one port a leg and says so. */
const TO_TRUNK = { 'transport-protocol': 'RTP/AVP', ICE: 'remove', 'rtcp-mux': ['demux'] } as const;
const TO_MIXER = { 'transport-protocol': 'RTP/AVP', ICE: 'remove', 'rtcp-mux': ['require'] } as const;
/**
 * `strict-source`: packets from elsewhere than the party's address are dropped; without it whoever reaches a port of rtpengine in mid-call
 * can speak to the resident and take the party's place in the recording.
 */
const FLAGS = ['trust-address', 'generate-mid', 'strict-source'] as const;
/**
 * The mixer and the carrier send from where their SDP says. rtpengine would take its first 3 s of packets as the better word, so a stranger
 * who is there in time would become the party for good. A carrier that sends from elsewhere than its SDP says falls silent: it would need
 * a setting that leaves this flag out for the trunk. A browser's address is found by ICE, and its packets are authenticated (RFC 3711).
 */
const FIXED_SOURCE = 'endpoint-learning-off';
const REPLACE = ['origin', 'session-connection'] as const;

/** A `MediaEngine` made of rtpengine: one rtpengine call per party, with the mixer as its other side. */
export class RtpengineMedia implements MediaEngine {
  readonly #control: NgSender;
  readonly #prefix: string;
  readonly #interfaces: RtpengineInterfaces;
  readonly #log: Logger;

  constructor(
    control: NgSender,
    options: { readonly prefix: string; readonly interfaces: RtpengineInterfaces; readonly log: Logger },
  ) {
    this.#control = control;
    this.#prefix = options.prefix;
    this.#interfaces = options.interfaces;
    this.#log = options.log;
  }

  async makeOffer(anchor: AnchorId, mixer: RtpAddress): Promise<string> {
    return this.#describe('offer', anchor, {
      'from-tag': MIXER_TAG,
      sdp: mixerSdp(mixer),
      ...TO_TRUNK,
      ...this.#direction('core', 'core'),
    });
  }

  async takeAnswer(anchor: AnchorId, sdp: string): Promise<MediaPath> {
    return needPath(await this.#describe('answer', anchor, { 'from-tag': MIXER_TAG, 'to-tag': PARTY_TAG, sdp, ...TO_TRUNK }));
  }

  async takeOffer(anchor: AnchorId, party: PartyKind, sdp: string): Promise<MediaPath> {
    if (pathOf(sdp) === null) throw new MediaError('unsupported', 'The offer has no audio in G.711');
    const direction = this.#direction(party === 'browser' ? 'browser' : 'core', 'core');
    const args = { 'from-tag': PARTY_TAG, sdp, ...TO_MIXER, ...direction };
    return needPath(await this.#describe('offer', anchor, args, party === 'browser' ? FLAGS : [...FLAGS, FIXED_SOURCE]));
  }

  makeAnswer(anchor: AnchorId, party: PartyKind, mixer: RtpAddress, path: MediaPath): Promise<string> {
    // A trunk is answered in the profile of its offer: RTP, or SRTP with keys in the SDP.
    const profile = party === 'browser' ? TO_BROWSER : { ICE: 'remove' };
    const sdp = mixerSdp(mixer, { telephoneEventType: path.telephoneEventType, codecs: [path.codec] });
    return this.#describe('answer', anchor, { 'from-tag': PARTY_TAG, 'to-tag': MIXER_TAG, sdp, ...profile });
  }

  /** The party is known by its tag by now, whoever offered first; the mixer's side keeps its address. */
  async renegotiate(anchor: AnchorId, sdp: string, mixer: RtpAddress): Promise<{ path: MediaPath; answer: string }> {
    if (pathOf(sdp) === null) throw new MediaError('unsupported', 'The offer has no audio in G.711');
    const args = { 'from-tag': PARTY_TAG, 'to-tag': MIXER_TAG, sdp, ...TO_MIXER, ...this.#direction('core', 'core') };
    const path = needPath(await this.#describe('offer', anchor, args));
    return { path, answer: await this.makeAnswer(anchor, 'trunk', mixer, path) };
  }

  async release(anchor: AnchorId): Promise<void> {
    try {
      await this.#control.send('delete', { 'call-id': anchor, 'delete-delay': 0 });
    } catch {
      // What a lost rtpengine held is gone, or ends by its own timeout; leftovers are deleted at the next start.
      this.#log.warn('An rtpengine call could not be deleted');
    }
  }

  /** An engine that does not answer within 2 s is as good as dead. */
  async isAlive(anchor: AnchorId): Promise<boolean> {
    try {
      const reply = await this.#control.send('query', { 'call-id': anchor });
      return reply['result'] === 'ok';
    } catch {
      return false;
    }
  }

  async statistics(anchor: AnchorId): Promise<AnchorStatistics | null> {
    try {
      return readStatistics(await this.#control.send('query', { 'call-id': anchor }), { party: PARTY_TAG, mixer: MIXER_TAG });
    } catch {
      return null;
    }
  }

  async count(): Promise<number> {
    return (await this.#anchors()).length;
  }

  /** Deletes what an earlier run of this gateway left behind. Returns how many calls that were. */
  async deleteLeftovers(): Promise<number> {
    let deleted = 0;
    for (let round = 0; round < MAX_DELETE_ROUNDS; round += 1) {
      const anchors = await this.#anchors();
      if (anchors.length === 0) break;
      await Promise.all(anchors.map((anchor) => this.release(anchor)));
      deleted += anchors.length;
    }
    return deleted;
  }

  /** True when rtpengine answers. */
  async ping(): Promise<boolean> {
    try {
      return (await this.#control.send('ping', {}))['result'] === 'pong';
    } catch {
      return false;
    }
  }

  async #anchors(): Promise<string[]> {
    const calls = (await this.#control.send('list', { limit: LIST_LIMIT }))['calls'];
    if (!Array.isArray(calls)) return [];
    return calls.filter((id): id is string => typeof id === 'string' && id.startsWith(this.#prefix));
  }

  async #describe(
    command: Extract<NgCommand, 'offer' | 'answer'>,
    anchor: AnchorId,
    args: NgReply,
    flags: readonly string[] = [...FLAGS, FIXED_SOURCE],
  ): Promise<string> {
    const reply = await this.#control.send(command, { 'call-id': anchor, flags, replace: REPLACE, ...args });
    const { sdp } = reply;
    // The reason rtpengine gives may quote the SDP, so it is not passed on.
    if (reply['result'] !== 'ok' || typeof sdp !== 'string') throw new MediaError('refused', `rtpengine refused ${command}`);
    return sdp;
  }

  #direction(from: 'browser' | 'core', to: 'core'): NgReply {
    const names = [this.#interfaces[from], this.#interfaces[to]];
    return names.includes(null) ? {} : { direction: names };
  }
}

function needPath(sdp: string): MediaPath {
  const path = pathOf(sdp);
  if (path === null) throw new MediaError('unsupported', 'The other side has no audio in G.711');
  return path;
}
