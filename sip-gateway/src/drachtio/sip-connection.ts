import type Srf from 'drachtio-srf';
import type { Logger } from 'pino';
import type { LiveLegs } from './live-legs.ts';

const FIRST_CONNECT_MS = 10_000;
const PING_MS = 15_000;
const MAX_RETRY_MS = 1_000;

export interface SipServerAddress {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
}

/** The control connection to the SIP server. It reconnects by itself; dialogs do not survive its loss. */
export class SipConnection {
  readonly #srf: Srf;
  readonly #legs: LiveLegs;
  readonly #log: Logger;
  #isConnected = false;
  #isClosed = false;

  constructor(srf: Srf, legs: LiveLegs, log: Logger) {
    this.#srf = srf;
    this.#legs = legs;
    this.#log = log;
  }

  get isConnected(): boolean {
    return this.#isConnected;
  }

  /** Resolves when the SIP server let us in. Rejects when it refuses the secret, or is not there within 10 s. */
  connect(address: SipServerAddress): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`The SIP server at ${address.host}:${address.port} is not reachable`));
      }, FIRST_CONNECT_MS);
      this.#srf.on('connect', (error: Error | null) => {
        clearTimeout(timer);
        if (error) {
          reject(new Error('The SIP server refused the secret'));
          return;
        }
        this.#isConnected = true;
        this.#log.info('The SIP server is connected');
        resolve();
      });
      this.#srf.on('error', () => {
        this.#noteLost();
      });
      // The library's types know only some of the events it emits.
      (this.#srf as NodeJS.EventEmitter).on('close', () => {
        this.#noteLost();
      });
      // `reconnect` and `enablePing` are missing in the library's types.
      const options = { ...address, enablePing: true, pingInterval: PING_MS, reconnect: { retryMaxDelay: MAX_RETRY_MS } };
      void this.#srf.connect(options);
    });
  }

  close(): void {
    this.#isClosed = true;
    if (this.#isConnected) this.#srf.disconnect();
    this.#isConnected = false;
  }

  #noteLost(): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    if (this.#isClosed) return;
    this.#log.error({ legs: this.#legs.size }, 'The SIP server is lost, and every dialog with it');
    this.#legs.loseAll();
  }
}
