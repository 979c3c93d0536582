import { inject, Injectable, InjectionToken } from '@angular/core';
import { Inviter, Registerer, RegistererState, SessionState, UserAgent, UserAgentState } from 'sip.js';
import { SessionDescriptionHandler } from 'sip.js/lib/platform/web';
import type { PhoneCredential } from '#contracts/users.contract';
import { deskMediaFactory } from './desk-media';
import { type LinkLoss, type LinkQuality, LinkRefused, type PhoneLink, type PhoneLinks } from './phone-links';

const REGISTER_EXPIRES_SECONDS = 120;
const STEP_TIMEOUT_MS = 5_000;
/** A connection that is "disconnected" for this long does not come back by itself. */
const MEDIA_PATIENCE_MS = 3_000;

/** Links over SIP in a WebSocket (RFC 7118), media by WebRTC with G.711 µ-law. */
@Injectable({ providedIn: 'root' })
export class SipLinks implements PhoneLinks {
  async connect(credential: PhoneCredential, microphone: MediaStreamTrack, lost: (loss: LinkLoss) => void): Promise<PhoneLink> {
    const link = new SipLink(credential, microphone, lost);
    try {
      await link.bringUp();
      return link;
    } catch (error) {
      link.drop();
      throw error;
    }
  }
}

/** How the phone connects; tests give another. */
export const PHONE_LINKS = new InjectionToken<PhoneLinks>('PHONE_LINKS', { providedIn: 'root', factory: () => inject(SipLinks) });

class SipLink implements PhoneLink {
  readonly #agent: UserAgent;
  readonly #registerer: Registerer;
  readonly #inviter: Inviter;
  readonly #lost: (loss: LinkLoss) => void;
  #sent: MediaStreamTrack;
  #isUp = false;
  #isOver = false;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #last: { received: number; lost: number } | null = null;

  constructor(credential: PhoneCredential, microphone: MediaStreamTrack, lost: (loss: LinkLoss) => void) {
    this.#lost = lost;
    this.#sent = silentCopy(microphone);
    this.#agent = userAgent(credential, () => new MediaStream([this.#sent]));
    this.#agent.delegate = { onDisconnect: (error) => (error ? this.#lose('socket') : undefined) };
    this.#registerer = new Registerer(this.#agent, { expires: REGISTER_EXPIRES_SECONDS });
    this.#inviter = new Inviter(this.#agent, uriOf(credential.deskUri), {
      delegate: { onSessionDescriptionHandler: (handler) => this.#prepareMedia(handler), onBye: (bye) => void bye.accept() },
    });
    this.#inviter.stateChange.addListener((state) => {
      if (state === SessionState.Terminated && this.#isUp) this.#lose('ended-by-gateway');
    });
  }

  get remote(): MediaStream {
    return this.#media().remoteMediaStream;
  }

  async bringUp(): Promise<void> {
    await within(this.#agent.start(), 'the SIP server does not accept the connection');
    await within(
      new Promise<void>((accepted, rejected) => {
        this.#registerer
          .register({
            requestDelegate: {
              onAccept: () => accepted(),
              onReject: (response) => rejected(failureOf(response.message.statusCode)),
            },
          })
          .catch(rejected);
      }),
      'the registrar does not answer',
    );
    await within(this.#invite(), 'the gateway does not answer');
    await within(this.#mediaConnected(), 'the media path did not come up');
    this.#isUp = true;
    // A registration that runs out or is refused later is a lost link too.
    this.#registerer.stateChange.addListener((state) => {
      if (state !== RegistererState.Registered) this.#lose('socket');
    });
  }

  open(isOpen: boolean): void {
    this.#sent.enabled = isOpen;
  }

  async replaceMicrophone(track: MediaStreamTrack): Promise<void> {
    const copy = silentCopy(track);
    copy.enabled = this.#sent.enabled;
    await this.#media()
      .peerConnection?.getSenders()
      .find((sender) => sender.track?.kind === 'audio')
      ?.replaceTrack(copy);
    this.#sent.stop();
    this.#sent = copy;
  }

  async readQuality(): Promise<LinkQuality | null> {
    const connection = this.#media().peerConnection;
    if (!connection) return null;
    let jitterMs = 0;
    let roundTripMs: number | null = null;
    let counts: { received: number; lost: number } | null = null;
    (await connection.getStats()).forEach((entry: RTCStats) => {
      if (entry.type === 'inbound-rtp') {
        // The report's map is typed by its base; the type field says which it is (W3C webrtc-stats §7).
        const inbound = entry as RTCInboundRtpStreamStats;
        jitterMs = (inbound.jitter ?? 0) * 1_000;
        counts = { received: inbound.packetsReceived ?? 0, lost: inbound.packetsLost ?? 0 };
      }
      if (entry.type === 'candidate-pair') {
        // As above.
        const pair = entry as RTCIceCandidatePairStats;
        if (pair.nominated && pair.currentRoundTripTime !== undefined) roundTripMs = pair.currentRoundTripTime * 1_000;
      }
    });
    return { lossPercent: this.#lossSince(counts), jitterMs, roundTripMs };
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    try {
      if (this.#inviter.state === SessionState.Established) await within(this.#inviter.bye(), 'no answer to BYE');
      await within(this.#registerer.unregister(), 'no answer to un-REGISTER');
      // The requests are on their way; closing the socket in the same moment would swallow them.
      await new Promise((resolve) => setTimeout(resolve, 150));
    } catch {
      // Good manners only: the gateway also notices a phone that has simply gone.
    } finally {
      this.drop();
    }
  }

  drop(): void {
    this.#isOver = true;
    clearTimeout(this.#patience);
    this.#inviter.sessionDescriptionHandler?.close();
    this.#sent.stop();
    if (this.#agent.state !== UserAgentState.Started) return;
    // With the socket closed, disposing of the registerer sends nothing; it only stops its refresh timer.
    void this.#agent
      .stop()
      .then(() => this.#registerer.dispose())
      .catch(() => undefined);
  }

  async #invite(): Promise<void> {
    await new Promise<void>((established, rejected) => {
      this.#inviter.stateChange.addListener((state) => {
        if (state === SessionState.Established) established();
        if (state === SessionState.Terminated) rejected(new Error('the media session was not established'));
      });
      this.#inviter
        .invite({ requestDelegate: { onReject: (response) => rejected(failureOf(response.message.statusCode)) } })
        .catch(rejected);
    });
  }

  /** An answered INVITE is a promise of media; ICE and DTLS have to keep it before anybody is told that the phone is ready. */
  #mediaConnected(): Promise<void> {
    const connection = this.#media().peerConnection;
    return new Promise((connected, failed) => {
      const look = (): void => {
        if (connection?.connectionState === 'connected') connected();
        if (!connection || connection.connectionState === 'failed') failed(new Error('the media path failed'));
      };
      connection?.addEventListener('connectionstatechange', look);
      look();
    });
  }

  #prepareMedia(handler: unknown): void {
    if (!(handler instanceof SessionDescriptionHandler) || !handler.peerConnection) return;
    const connection = handler.peerConnection;
    const audio = connection.addTransceiver(this.#sent, { direction: 'sendrecv' });
    audio.setCodecPreferences(muLawFirst());
    connection.addEventListener('connectionstatechange', () => this.#watchMedia(connection.connectionState));
  }

  #watchMedia(state: RTCPeerConnectionState): void {
    clearTimeout(this.#patience);
    if (state === 'failed') this.#lose('media');
    if (state === 'disconnected') this.#patience = setTimeout(() => this.#lose('media'), MEDIA_PATIENCE_MS);
  }

  #lose(loss: LinkLoss): void {
    if (this.#isOver || !this.#isUp) return;
    this.#isOver = true;
    this.#lost(loss);
  }

  #media(): SessionDescriptionHandler {
    const handler = this.#inviter.sessionDescriptionHandler;
    if (handler instanceof SessionDescriptionHandler) return handler;
    throw new Error('the media session is not up');
  }

  #lossSince(counts: { received: number; lost: number } | null): number {
    const before = this.#last;
    this.#last = counts;
    if (!counts || !before) return 0;
    const lost = Math.max(0, counts.lost - before.lost);
    const expected = lost + Math.max(0, counts.received - before.received);
    return expected === 0 ? 0 : (lost / expected) * 100;
  }
}

function userAgent(credential: PhoneCredential, stream: () => MediaStream): UserAgent {
  return new UserAgent({
    uri: uriOf(credential.addressOfRecord),
    authorizationUsername: credential.username,
    authorizationPassword: credential.password,
    transportOptions: { server: credential.webSocketUri, connectionTimeout: STEP_TIMEOUT_MS / 1_000, traceSip: false },
    // A link is left or dropped by us; by itself it neither lingers nor comes back.
    gracefulShutdown: false,
    // SIP messages hold telephone numbers and passwords' digests: nothing of them goes to the console.
    logBuiltinEnabled: false,
    logConfiguration: false,
    sessionDescriptionHandlerFactory: deskMediaFactory(stream),
  });
}

/** The copy is what the gateway gets, so it can be silenced while the level meter still shows that the headset works. */
function silentCopy(track: MediaStreamTrack): MediaStreamTrack {
  const copy = track.clone();
  copy.enabled = false;
  return copy;
}

function muLawFirst(): RTCRtpCodec[] {
  const codecs = RTCRtpReceiver.getCapabilities('audio')?.codecs ?? [];
  const rank = (codec: RTCRtpCodec): number => (codec.mimeType === 'audio/PCMU' ? 0 : 1);
  return codecs.toSorted((a, b) => rank(a) - rank(b));
}

function uriOf(text: string): NonNullable<ReturnType<typeof UserAgent.makeURI>> {
  const uri = UserAgent.makeURI(text);
  if (!uri) throw new Error('the server named a SIP address that cannot be read');
  return uri;
}

/** 401, 403, 404 and 407 after authentication are a verdict; everything else may pass. */
function failureOf(status: number | undefined): Error {
  const isVerdict = status === 401 || status === 403 || status === 404 || status === 407;
  return isVerdict ? new LinkRefused(status) : new Error(`SIP status ${String(status)}`);
}

async function within<T>(work: Promise<T>, sentence: string): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(sentence)), STEP_TIMEOUT_MS);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
