import type { PhoneCredential } from '#contracts/users.contract';

/** How a media session ended without being asked to. */
export type LinkLoss = 'socket' | 'media' | 'ended-by-gateway';

/** Turned away by the registrar or the gateway: a new credential may help, trying again with this one does not. */
export class LinkRefused extends Error {
  constructor(sipStatus: number) {
    super(`the gateway refused with SIP status ${sipStatus}`);
    this.name = 'LinkRefused';
  }
}

export interface LinkQuality {
  /** Packets lost of those expected since the last reading, 0 to 100. */
  lossPercent: number;
  jitterMs: number;
  roundTripMs: number | null;
}

/** One registered phone with its media session to the gateway. */
export interface PhoneLink {
  readonly remote: MediaStream;
  /** Whether the microphone's sound is sent, or silence. */
  open(isOpen: boolean): void;
  replaceMicrophone(track: MediaStreamTrack): Promise<void>;
  readQuality(): Promise<LinkQuality | null>;
  /** Goes in good order: BYE, un-REGISTER, close. */
  leave(): Promise<void>;
  /** Goes without a word: for a link that is broken, or that a newer one has replaced. */
  drop(): void;
}

/** Brings up links. */
export interface PhoneLinks {
  /** Rejects with LinkRefused when turned away, with any other error when the connection fails. */
  connect(credential: PhoneCredential, microphone: MediaStreamTrack, lost: (loss: LinkLoss) => void): Promise<PhoneLink>;
}
