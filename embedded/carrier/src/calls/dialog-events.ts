import type Srf from 'drachtio-srf';
import type { RtpSession } from '../media/rtp-session.ts';
import { UnacceptableSdpError, readPeer } from '../media/sdp.ts';
import type { CarrierCall } from './carrier-call.ts';
import { answerSdp } from './line.ts';

interface Established {
  readonly call: CarrierCall;
  readonly media: RtpSession;
  readonly rtpHost: string;
  /** The gateway hung up, or the SIP server gave the dialog up. */
  readonly onGone: () => void;
}

/** Serves a dialog for its life: ACK, re-INVITE, BYE. Other requests in the dialog are answered 200 by drachtio-srf. */
export function followDialog(dialog: Srf.Dialog, established: Established): void {
  const { call, media, rtpHost, onGone } = established;
  let version = 1;
  dialog.on('ack', () => call.acknowledge());
  dialog.on('modify', (req, res) => {
    try {
      const peer = readPeer(req.body);
      version += 1;
      media.connect(peer);
      res.send(200, { body: answerSdp(media, peer, { rtpHost, version }) });
    } catch (error) {
      if (!(error instanceof UnacceptableSdpError)) throw error;
      res.send(488);
    }
  });
  dialog.on('destroy', onGone);
}
