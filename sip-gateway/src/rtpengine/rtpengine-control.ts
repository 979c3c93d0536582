import { Client } from 'rtpengine-client';
import type { Clock } from '../ports/clock.port.ts';
import { MediaError } from '../ports/media.port.ts';

export type NgCommand = 'offer' | 'answer' | 'delete' | 'query' | 'list' | 'ping';
export type NgReply = Readonly<Record<string, unknown>>;

/** The ng protocol is UDP: a lost datagram is sent again after this long. */
const RETRY_AFTER_MS = 250;
const GIVE_UP_AFTER_MS = 2_000;
/** The client library forgets a request only later, so that it can still tell a late reply from a stray one. */
const CLIENT_TIMEOUT_MS = 10_000;

/** Sends ng commands to one rtpengine. Every command we use may be repeated safely. */
export class RtpengineControl {
  readonly #client: Client;
  readonly #server: { readonly host: string; readonly port: number };
  readonly #clock: Clock;

  constructor(server: { readonly host: string; readonly port: number }, clock: Clock) {
    this.#server = server;
    this.#clock = clock;
    this.#client = new Client({ timeout: CLIENT_TIMEOUT_MS });
    // Socket errors show as commands without a reply, which are dealt with one by one.
    this.#client.on('error', () => undefined);
  }

  /** Resolves with the first reply, whatever its result. Rejects with MediaError `lost` when none comes within 2 s. */
  send(command: NgCommand, args: NgReply): Promise<NgReply> {
    return new Promise((resolve, reject) => {
      const timers: (() => void)[] = [];
      const settle = (action: () => void): void => {
        for (const cancel of timers) cancel();
        action();
      };
      const transmit = (): void => {
        this.#client[command](this.#server, args).then(
          (reply) => {
            settle(() => {
              resolve(reply);
            });
          },
          // Only the give-up timer decides: another transmission may still be answered.
          () => undefined,
        );
      };
      for (let atMs = RETRY_AFTER_MS; atMs < GIVE_UP_AFTER_MS; atMs *= 2) timers.push(this.#clock.schedule(atMs, transmit));
      timers.push(
        this.#clock.schedule(GIVE_UP_AFTER_MS, () => {
          settle(() => {
            reject(new MediaError('lost', `rtpengine at ${this.#server.host}:${this.#server.port} does not answer`));
          });
        }),
      );
      transmit();
    });
  }

  close(): void {
    this.#client.close();
  }
}
