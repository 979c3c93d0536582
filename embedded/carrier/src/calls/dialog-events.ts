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

/** Requests within a dialog that would mean something, and that we do not do: drachtio-srf would answer 200 by itself. */
const REFUSED_IN_DIALOG = ['info', 'message', 'refer'] as const;
const ALLOWED_IN_DIALOG = { Allow: 'INVITE, ACK, BYE, OPTIONS, UPDATE' };

/** Serves a dialog for its life: ACK, re-INVITE, BYE. */
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
  // The published overloads take one literal each; these three have the same listener.
  for (const method of REFUSED_IN_DIALOG)
    dialog.on(method as 'info', (_req, res) => res.send(405, { headers: ALLOWED_IN_DIALOG }));
  dialog.on('destroy', onGone);
}
