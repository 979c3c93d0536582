import type { Codec, RtpAddress } from './mixer.port.ts';

/** One party's media session: its own rtpengine call between the party and one mixer leg. */
export type AnchorId = string;

/** What kind of network the party is on: a browser speaks ICE and DTLS-SRTP, a trunk plain RTP. */
export type PartyKind = 'browser' | 'trunk';

/** Where the mixer leg must send to, in which G.711 law, and the negotiated RFC 4733 payload type. */
export interface MediaPath {
  readonly remote: RtpAddress;
  readonly telephoneEventType: number | null;
  readonly codec: Codec;
}

/** One direction, since the anchor exists. */
export interface StreamStatistics {
  /** RTP packets the engine itself received; RTCP that shares their port is counted with them (about 1 in 250). */
  readonly packets: number;
  /** By the receiver's RTCP reports, as the figures below; null until it has sent any. */
  readonly lost: number | null;
  readonly jitterMs: number | null;
  readonly roundTripMs: number | null;
  /** Mean opinion score, 1 to 5. */
  readonly mos: number | null;
}

export interface AnchorStatistics {
  /** What came from the party and went on to the mixer. */
  readonly fromParty: StreamStatistics;
  readonly fromMixer: StreamStatistics;
}

/**
 * Anchors one party's media and turns it into plain G.711 for the mixer.
 * Rejects with a `MediaError`; what was allocated stays until `release`, which may always be called and never rejects.
 */
export interface MediaEngine {
  /** We call the party: the SDP to offer to it, for a mixer leg at this address. */
  makeOffer(anchor: AnchorId, mixer: RtpAddress): Promise<string>;
  /** The party's answer (early or final, repeated ones are harmless). */
  takeAnswer(anchor: AnchorId, sdp: string): Promise<MediaPath>;
  /** The party calls us: takes its offer. */
  takeOffer(anchor: AnchorId, party: PartyKind, sdp: string): Promise<MediaPath>;
  /** The SDP to answer with, for a mixer leg at this address. */
  makeAnswer(anchor: AnchorId, party: PartyKind, mixer: RtpAddress, path: MediaPath): Promise<string>;
  /** A party in a talk offers anew (re-INVITE): where the mixer must send to from now on, and the SDP to answer with. */
  renegotiate(anchor: AnchorId, sdp: string, mixer: RtpAddress): Promise<{ readonly path: MediaPath; readonly answer: string }>;
  /** Frees everything of this anchor. */
  release(anchor: AnchorId): Promise<void>;
  /** True while the engine still knows the anchor; false after it was restarted without it. */
  isAlive(anchor: AnchorId): Promise<boolean>;
  /** What the engine counted of this anchor, independent of the mixer's own count; null when it does not know the anchor, or does not answer. */
  statistics(anchor: AnchorId): Promise<AnchorStatistics | null>;
  /** How many anchors of this gateway the engine holds, for leak checks. */
  count(): Promise<number>;
}

export class MediaError extends Error {
  /** `unsupported`: the party offers no codec we speak. `lost`: the engine does not answer. `refused`: it answered with an error. */
  readonly code: 'unsupported' | 'lost' | 'refused';

  constructor(code: MediaError['code'], message: string) {
    super(message);
    this.name = 'MediaError';
    this.code = code;
  }
}
