import Srf from 'drachtio-srf';
import { formatHostPort, type HostPort } from './config.ts';
import type { CallLog } from './calls/call-log.ts';
import type { CarrierCall } from './calls/carrier-call.ts';
import { DialledCall } from './calls/dialled-call.ts';
import type { LineEquipment } from './calls/line.ts';
import { PlacedCall } from './calls/placed-call.ts';
import { nationalNumber, residentAt } from './residents.ts';

/** Methods a carrier has no use for outside a dialog; the SIP server itself deals with ACK, BYE, CANCEL and PRACK. */
const REFUSED_METHODS = ['register', 'message', 'notify', 'publish', 'info', 'refer', 'update'] as const;
const ALLOWED = { Allow: 'INVITE, ACK, BYE, CANCEL, OPTIONS' };

interface ExchangeOptions {
  readonly srf: Srf;
  readonly gateway: HostPort;
  readonly calls: CallLog;
  /** Replaces the ringing time of residents who answer. */
  readonly answerMs: number | null;
  readonly equipment: LineEquipment;
}

/** Connects the gateway with residents, both ways. */
export class Exchange {
  readonly #options: ExchangeOptions;

  constructor(options: ExchangeOptions) {
    this.#options = options;
    const { srf } = options;
    srf.invite((req, res) => void this.#connect(req, res));
    srf.use('options', (_req, res) => res.send(200, { headers: ALLOWED }));
    for (const method of REFUSED_METHODS) srf.use(method, (_req, res) => res.send(405, { headers: ALLOWED }));
  }

  /** A resident calls the city; numbers in national form. @throws NoRtpPortError */
  async placeCall(parties: { readonly from: string; readonly to: string }): Promise<CarrierCall> {
    const { srf, gateway, calls, equipment } = this.#options;
    const placed = new PlacedCall(
      { srf, gateway: formatHostPort(gateway) },
      { resident: parties.from, city: parties.to },
      equipment,
    );
    const media = await placed.prepare();
    calls.add(placed.call);
    equipment.log.info({ call: placed.call.id }, 'a resident calls the city');
    placed.ring(media);
    return placed.call;
  }

  /** Everybody hangs up. */
  hangUpAll(): void {
    for (const call of this.#options.calls.current()) call.hangUp();
  }

  async #connect(req: Srf.SrfRequest, res: Srf.SrfResponse): Promise<void> {
    const { srf, calls, answerMs, equipment } = this.#options;
    if (!this.#isGateway(req)) {
      equipment.log.warn({ address: req.source_address }, 'an INVITE from elsewhere than the gateway was refused');
      res.send(403);
      return;
    }
    const dialled = userOf(req.uri) ?? '';
    const resident = residentAt(dialled, answerMs);
    const parties = { resident: nationalNumber(dialled) ?? dialled, city: userOf(req.getParsedHeader('From').uri) };
    const connected = new DialledCall({ srf, req, res }, parties, equipment);
    calls.add(connected.call);
    equipment.log.info({ call: connected.call.id, resident: resident.kind }, 'the gateway dials a resident');
    try {
      await connected.live(resident);
    } catch (error) {
      equipment.log.error({ call: connected.call.id, err: error }, 'a call could not be carried on');
      if (!res.finalResponseSent) res.send(500);
      connected.call.end('resident', 500);
    }
  }

  #isGateway(req: Srf.SrfRequest): boolean {
    const { host, port } = this.#options.gateway;
    // The published type says string, drachtio-srf gives a number.
    return req.source_address === host && Number(req.source_port) === port;
  }
}

function userOf(uri: string): string | null {
  return Srf.parseUri(uri)?.user ?? null;
}
