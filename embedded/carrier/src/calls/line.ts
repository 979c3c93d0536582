import type { Logger } from 'pino';
import type { FrameClock } from '../media/frame-clock.ts';
import type { RtpPorts } from '../media/rtp-ports.ts';
import { RtpSession, type RtpPeer } from '../media/rtp-session.ts';
import { answeringDirection, writeSdp } from '../media/sdp.ts';
import type { Speech } from '../voice/speech.ts';
import type { CarrierCall } from './carrier-call.ts';

/** What every call of the carrier works with. */
export interface LineEquipment {
  /** Address that RTP is received on and that SDP names. */
  readonly rtpHost: string;
  readonly ports: RtpPorts;
  readonly clock: FrameClock;
  readonly speech: Speech;
  readonly log: Logger;
}

/** Opens the resident's ear and mouth for a call. @throws NoRtpPortError */
export async function openMedia(call: CarrierCall, equipment: LineEquipment): Promise<RtpSession> {
  const media = await RtpSession.open(equipment.ports, equipment.clock, {
    onFirstAudible: () => call.markAudible(),
    onDigit: (key) => call.addDigit(key),
  });
  call.attachMedia(media);
  return media;
}

/** The SDP that answers a peer's offer. */
export function answerSdp(media: RtpSession, peer: RtpPeer, description: { rtpHost: string; version: number }): string {
  return writeSdp({
    host: description.rtpHost,
    port: media.port,
    version: description.version,
    telephoneEventType: peer.telephoneEventType,
    direction: answeringDirection(peer),
  });
}
