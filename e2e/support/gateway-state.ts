import { createSocket } from 'node:dgram';
import { randomUUID } from 'node:crypto';
import type { Settings } from '../../scripts/start/settings.ts';

/** What is open for calls right now, asked from each component itself. */
export interface OpenThings {
  readonly calls: number;
  readonly phones: number;
  readonly sipDialogs: number;
  readonly mixerLegs: readonly string[];
  readonly recordings: readonly string[];
  readonly relayCalls: number;
}

interface State {
  readonly calls: readonly unknown[];
  readonly phones: readonly unknown[];
  readonly mixer: { readonly legs: readonly { leg: string }[]; readonly recordings: readonly string[] };
}

export class GatewayState {
  readonly #ports: Settings['ports'];

  constructor(ports: Settings['ports']) {
    this.#ports = ports;
  }

  /** The gateway's calls and phones, the SIP server's dialogs, the mixer's legs, and rtpengine's own list. */
  async open(): Promise<OpenThings> {
    const [gateway, sip, relayCalls] = await Promise.all([
      json<State>(`http://127.0.0.1:${this.#ports.gatewayAdmin}/state`),
      json<{ dialogs: number }>(`http://127.0.0.1:${this.#ports.sipAdmin}/`),
      countRelayCalls(this.#ports.ng),
    ]);
    return {
      calls: gateway.calls.length,
      phones: gateway.phones.length,
      sipDialogs: sip.dialogs,
      mixerLegs: gateway.mixer.legs.map((leg) => leg.leg),
      recordings: gateway.mixer.recordings,
      relayCalls,
    };
  }
}

async function json<T>(url: string): Promise<T> {
  return (await (await fetch(url)).json()) as T;
}

/** rtpengine's own list of calls, by the ng protocol (bencode over UDP): each call-id is one byte string in `calls`. */
function countRelayCalls(port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    const timer = setTimeout(() => {
      socket.close();
      reject(new Error('rtpengine did not list its calls'));
    }, 2_000);
    socket.once('message', (message) => {
      clearTimeout(timer);
      socket.close();
      const list = /5:callsl(.*?)e6:result/s.exec(message.toString('latin1'))?.[1];
      if (list === undefined) reject(new Error('rtpengine answered its list in an unknown form'));
      else resolve(countByteStrings(list));
    });
    socket.send(`${randomUUID()} d7:command4:list5:limiti1000ee`, port, '127.0.0.1');
  });
}

function countByteStrings(list: string): number {
  let count = 0;
  for (let offset = 0; offset < list.length; count += 1) {
    const colon = list.indexOf(':', offset);
    offset = colon + 1 + Number(list.slice(offset, colon));
  }
  return count;
}
