import type Srf from 'drachtio-srf';

/** Not acceptable here: the session stays as it was (RFC 3261 §14.2). */
const NOT_ACCEPTABLE = 488;

/**
 * Answers re-INVITEs of the other side. One that only refreshes the session (the same version in its origin line, RFC 3264 §8, or no SDP at
 * all) gets what was agreed before; any other is `negotiate`'s, whose null refuses it.
 */
export function answerReoffers(dialog: Srf.Dialog, negotiate: (sdp: string) => Promise<string | null>): void {
  let agreed = originOf(dialog.remote.sdp);
  // The library's types leave out the response.
  (dialog as unknown as NodeJS.EventEmitter).on('modify', (request: Srf.SrfRequest, response: Srf.SrfResponse) => {
    const offer = request.body;
    if (!offer || originOf(offer) === agreed) {
      accept(dialog, response);
      return;
    }
    negotiate(offer)
      .catch(() => null)
      .then((answer) => {
        if (answer === null) {
          response.send(NOT_ACCEPTABLE);
          return;
        }
        agreed = originOf(offer);
        dialog.local.sdp = answer;
        accept(dialog, response);
      })
      // The dialog may have ended meanwhile; then nobody waits for the answer.
      .catch(() => undefined);
  });
}

/** The SIP server adds our Contact by itself. */
function accept(dialog: Srf.Dialog, response: Srf.SrfResponse): void {
  response.send(200, { body: dialog.local.sdp, headers: { 'Content-Type': 'application/sdp' } });
}

const originOf = (sdp: string): string => /^o=.*$/m.exec(sdp)?.[0].trim() ?? '';
