import type { PhoneNumber } from '#contracts/ids.contract';

/** What a leg to the carrier reports. After `onRefused` or `onEnded` nothing more is reported. */
export interface TrunkLegEvents {
  /** 100 Trying: the other server is there. */
  onTrying(): void;
  /** A provisional response other than 100; `sdp` when it carries early media. */
  onProgress(status: number, sdp: string | null): void;
  /** 200 OK; the ACK is already sent. */
  onAnswered(sdp: string): void;
  /** A final response other than 2xx, or none at all; `q850` is the cause of a Reason header (RFC 3326). */
  onRefused(status: number, q850: number | null): void;
  /** The other side hung up (BYE). */
  onEnded(): void;
  /** The SIP server is gone and the dialog with it; the other side may still think it is up. */
  onLost(): void;
  /** A re-INVITE with another offer (RFC 3261 §14.2). Resolves with our answer; null refuses it with 488 and all stays as it was. */
  onReoffer(sdp: string): Promise<string | null>;
}

/** A call we make through the trunk. Every method may be called at any time and never throws. */
export interface OutgoingLeg {
  /** Gives up before the answer (RFC 3261 §9). The final outcome still arrives: usually `onRefused(487)`. */
  cancel(): void;
  hangUp(): void;
}

/** An INVITE that came to us. Every method may be called at any time and never throws. */
export interface AnswerableLeg {
  /** The caller's offer. */
  readonly sdp: string;
  /** 200 OK. Resolves true when it was sent, false when the caller gave up meanwhile. */
  accept(sdp: string): Promise<boolean>;
  /** Refuses with this status; without effect after `accept`. */
  reject(status: number): void;
  /** BYE once answered; before that it refuses with 480. */
  hangUp(): void;
  /** Names who hears about this leg; events before are kept for it. */
  listen(events: IncomingLegEvents): void;
}

/** A call the trunk makes to us. */
export interface IncomingLeg extends AnswerableLeg {
  /** The caller's number, or null when withheld or not a telephone number. */
  readonly from: PhoneNumber | null;
  readonly to: PhoneNumber;
  /** 180 Ringing. */
  ring(): void;
}

export interface IncomingLegEvents {
  /** CANCEL before the answer. */
  onCancelled(): void;
  /** BYE after the answer. */
  onEnded(): void;
  /** The SIP server is gone and the dialog with it. */
  onLost(): void;
  /** As on a leg of our own; without it a re-INVITE is answered with what was agreed before. */
  onReoffer?(sdp: string): Promise<string | null>;
}

export interface OutgoingRequest {
  readonly to: PhoneNumber;
  readonly callerId: PhoneNumber;
  readonly sdp: string;
}

export interface Trunk {
  /** Sends the INVITE. What happens is reported to `events`, never by an exception. */
  invite(request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg;
}
