import Srf from 'drachtio-srf';
import type { Logger } from 'pino';
import type { UserId } from '#contracts/ids.contract';
import { codeOf } from '../error-code.ts';
import type { Gatekeeper, PhoneRequest, Verdict } from '../phones/gatekeeper.ts';
import type { Registrar } from '../phones/registrar.ts';
import type { AnswerableLeg, IncomingLeg } from '../ports/signalling.port.ts';
import { fromTrunkForm } from '../trunk/dial-plan.model.ts';
import type { KnownTrunk } from '../trunk/trunk-file.ts';
import { AnswerableInvite } from './answerable-invite.ts';
import type { LiveLegs } from './live-legs.ts';

type Request = Srf.SrfRequest;
type Response = Srf.SrfResponse;

export interface SipFrontPorts {
  readonly gatekeeper: Gatekeeper;
  readonly registrar: Registrar;
  readonly legs: LiveLegs;
  readonly log: Logger;
  isDraining(): boolean;
  /** An agent's browser brings up its media session. */
  onPhone(user: UserId, leg: AnswerableLeg): void;
  /** A call takes a channel of the trunk it came over; the function returned gives it back. Null when none is left. */
  takeChannel(trunkId: string): (() => void) | null;
  /** The carrier rings. */
  onCall(leg: IncomingLeg): void;
}

/** The only address a browser may call: its own desk. Everything else would be toll fraud. */
const DESK = 'desk';
const ALLOW = 'INVITE, ACK, CANCEL, BYE, OPTIONS, REGISTER';
const UNSUPPORTED_METHODS = ['info', 'message', 'notify', 'subscribe', 'publish', 'refer', 'update', 'prack'] as const;
const DEFAULT_EXPIRES_SECONDS = 3_600;

/** Takes SIP requests from the network: who may come in, and where they go. No rules about calls. */
export class SipFront {
  readonly #srf: Srf;
  readonly #ports: SipFrontPorts;
  readonly #realm: string;
  /** The trunk by each address that may ring. */
  readonly #peers: ReadonlyMap<string, string>;

  constructor(srf: Srf, ports: SipFrontPorts, options: { readonly realm: string; readonly carriers: readonly KnownTrunk[] }) {
    this.#srf = srf;
    this.#ports = ports;
    this.#realm = options.realm;
    this.#peers = new Map(
      options.carriers.flatMap(({ settings, peers }) => peers.map((peer) => [plainAddress(peer), settings.id] as const)),
    );
  }

  /** Declares the routes. To be called before `connect`. */
  route(): void {
    this.#handle('register', (request, response) => this.#register(request, response));
    this.#handle('invite', (request, response) => this.#invite(request, response));
    this.#handle('options', (request, response) => {
      if (this.#isKnown(request)) response.send(200, { headers: { Allow: ALLOW, Accept: 'application/sdp' } });
      else response.send(403);
    });
    for (const method of UNSUPPORTED_METHODS) {
      this.#handle(method, (request, response) => {
        if (this.#isKnown(request)) response.send(405, { headers: { Allow: ALLOW } });
        else response.send(403);
      });
    }
  }

  #handle(method: string, handler: (request: Request, response: Response) => Promise<void> | void): void {
    this.#srf.use(method, (request, response) => {
      Promise.resolve()
        .then(() => handler(request, response))
        .catch((error: unknown) => {
          this.#ports.log.error({ method, code: codeOf(error) }, 'A SIP request could not be handled');
          if (!response.finalResponseSent) response.send(503, { headers: { 'Retry-After': '5' } });
        });
    });
  }

  async #register(request: Request, response: Response): Promise<void> {
    const contact = readContact(request);
    if (contact === null) {
      response.send(400, 'One Contact Wanted', {});
      return;
    }
    const result = await this.#ports.registrar.register(this.#phoneRequest(request, 'REGISTER'), contact.expiresSeconds);
    if (result.kind !== 'registered') {
      this.#turnAway(response, result, 401);
      return;
    }
    const headers: Record<string, string> =
      result.expiresSeconds === 0 || contact.uri === '*'
        ? {}
        : { Contact: `<${contact.uri}>;expires=${result.expiresSeconds}`, Expires: String(result.expiresSeconds) };
    response.send(200, { headers });
  }

  async #invite(request: Request, response: Response): Promise<void> {
    if (!request.isNewInvite) response.send(481);
    else if (userOf(request.uri) === null) response.send(400, 'Malformed Request-URI', {});
    else if (isWebSocket(request)) await this.#inviteFromBrowser(request, response);
    else if (this.#isPeer(request)) this.#inviteFromTrunk(request, response);
    else {
      this.#ports.log.warn('An INVITE from an unknown address was refused');
      response.send(403);
    }
  }

  async #inviteFromBrowser(request: Request, response: Response): Promise<void> {
    if (userOf(request.uri) !== DESK) {
      this.#ports.log.warn('A browser tried to call something else than its desk');
      response.send(403);
      return;
    }
    if (this.#ports.isDraining()) {
      response.send(503);
      return;
    }
    // Made before the credential is looked up, so that a CANCEL meanwhile is not missed.
    const leg = new AnswerableInvite(this.#srf, request, response, this.#ports.legs);
    let verdict: Verdict;
    try {
      verdict = await this.#ports.gatekeeper.judge(this.#phoneRequest(request, 'INVITE'));
    } catch (error) {
      leg.reject(503);
      this.#ports.log.error({ code: codeOf(error) }, 'A credential could not be looked up');
      return;
    }
    if (verdict.kind === 'accepted') {
      this.#ports.onPhone(verdict.credential.userId, leg);
      return;
    }
    if (verdict.kind === 'challenge') leg.challenge(challengeHeader(this.#realm, verdict));
    else leg.reject(verdict.status);
  }

  #inviteFromTrunk(request: Request, response: Response): void {
    const to = fromTrunkForm(userOf(request.uri) ?? '');
    if (this.#ports.isDraining()) response.send(503);
    else if (to === null) response.send(404);
    // Without an offer we would have to make one, which no carrier we know asks for (RFC 3261 §13.2.1).
    else if (!request.body) response.send(488);
    else {
      const release = this.#ports.takeChannel(this.#peers.get(plainAddress(request.source_address)) ?? '');
      if (release === null) {
        response.send(503);
        return;
      }
      const leg = new AnswerableInvite(this.#srf, request, response, this.#ports.legs, release);
      this.#ports.onCall(Object.assign(leg, { from: callerOf(request), to }));
    }
  }

  #turnAway(response: Response, verdict: Exclude<Verdict, { kind: 'accepted' }>, status: 401): void {
    if (verdict.kind === 'refused') response.send(verdict.status);
    else response.send(status, { headers: { 'WWW-Authenticate': challengeHeader(this.#realm, verdict) } });
  }

  #phoneRequest(request: Request, method: PhoneRequest['method']): PhoneRequest {
    return {
      method,
      isWebSocket: isWebSocket(request),
      sourceAddress: plainAddress(request.source_address),
      uri: request.uri,
      fromUser: userOf(request.getParsedHeader('From').uri) ?? '',
      authorization: request.get(method === 'REGISTER' ? 'Authorization' : 'Proxy-Authorization') || null,
    };
  }

  #isKnown(request: Request): boolean {
    return isWebSocket(request) || this.#isPeer(request);
  }

  #isPeer(request: Request): boolean {
    return this.#peers.has(plainAddress(request.source_address));
  }
}

/**
 * The SIP server reports WebSocket as tcp; the topmost Via tells (RFC 7118 §5.2). UDP cannot pretend to be one, and embedded/sip refuses
 * a Via that names another transport than the request came by.
 */
function isWebSocket(request: Request): boolean {
  return request.protocol !== 'udp' && /^wss?$/i.test(request.getParsedHeader('via')[0]?.protocol ?? '');
}

const plainAddress = (address: string): string => address.replace(/^::ffff:/i, '');

/** The user part without its escapes; null when one of them is malformed (RFC 3261 §25.1). */
function userOf(uri: string): string | null {
  try {
    return decodeURIComponent(Srf.parseUri(uri).user ?? '');
  } catch {
    return null;
  }
}

/** The asserted identity is the carrier's word (RFC 3325); From is the caller's own. */
function callerOf(request: Request): IncomingLeg['from'] {
  if (/\bid\b/i.test(request.get('Privacy') || '')) return null;
  const header = request.has('P-Asserted-Identity') ? 'p-asserted-identity' : 'From';
  return fromTrunkForm(userOf(request.getParsedHeader(header).uri) ?? '');
}

const challengeHeader = (realm: string, challenge: Extract<Verdict, { kind: 'challenge' }>): string =>
  `Digest realm="${realm}", nonce="${challenge.nonce}", algorithm=MD5, qop="auth"${challenge.isStale ? ', stale=true' : ''}`;

/** The one contact of a REGISTER and the seconds asked for (RFC 3261 §10.2.1.1). Null when it is not exactly one. */
function readContact(request: Request): { readonly uri: string; readonly expiresSeconds: number } | null {
  const header = request.has('Expires') ? Number.parseInt(request.get('Expires'), 10) : DEFAULT_EXPIRES_SECONDS;
  const raw = request.get('Contact');
  if (!raw) return null;
  if (raw.trim() === '*') return header === 0 ? { uri: '*', expiresSeconds: 0 } : null;
  const [contact, ...more] = request.getParsedHeader('contact');
  if (contact === undefined || more.length > 0) return null;
  const expiresSeconds = Number.parseInt(String(contact.params?.['expires'] ?? header), 10);
  return Number.isInteger(expiresSeconds) && expiresSeconds >= 0 ? { uri: contact.uri, expiresSeconds } : null;
}
