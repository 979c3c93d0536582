import type { Session } from 'sip.js';
import { SessionDescriptionHandler } from 'sip.js/lib/platform/web';
import { keepCheapestCandidates } from './offered-candidates';

/** Host candidates only: they are there at once, so this is a limit and not a wait. */
const ICE_GATHERING_TIMEOUT_MS = 400;

/** The media of the desk's one session: G.711 µ-law first, no ICE servers, and only candidates that both ends agree on. */
class DeskMedia extends SessionDescriptionHandler {
  protected override async getLocalSessionDescription(): Promise<RTCSessionDescription> {
    const { sdp, type } = await super.getLocalSessionDescription();
    return new RTCSessionDescription({ sdp: keepCheapestCandidates(sdp), type });
  }
}

/** Makes the media for a SIP.js session that sends the stream given at that moment. */
export function deskMediaFactory(stream: () => MediaStream): (session: Session) => SessionDescriptionHandler {
  return (session) =>
    new DeskMedia(session.userAgent.getLogger('sip.SessionDescriptionHandler'), () => Promise.resolve(stream()), {
      iceGatheringTimeout: ICE_GATHERING_TIMEOUT_MS,
      // rtpengine answers without BUNDLE, which max-bundle would refuse.
      peerConnectionConfiguration: { iceServers: [], bundlePolicy: 'balanced', rtcpMuxPolicy: 'require' },
    });
}
