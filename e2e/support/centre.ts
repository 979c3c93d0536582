import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readSettings, type Settings } from '../../scripts/start/settings.ts';
import { startStack, type RunningStack } from '../../scripts/start/stack.ts';
import { CarrierControl } from './carrier-control.ts';
import { GatewayState } from './gateway-state.ts';

const root = path.resolve(import.meta.dirname, '../..');

/** A whole centre on ports of its own, with its data in a temporary folder: what `npm start` starts, nothing else. */
export class Centre {
  readonly settings: Settings;
  readonly stack: RunningStack;
  readonly carrier: CarrierControl;
  readonly gateway: GatewayState;
  readonly restarts: string[];
  readonly #folder: string;

  private constructor(settings: Settings, stack: RunningStack, folder: string, restarts: string[]) {
    this.settings = settings;
    this.stack = stack;
    this.carrier = new CarrierControl(`http://127.0.0.1:${settings.ports.carrierControl}`);
    this.gateway = new GatewayState(settings.ports);
    this.restarts = restarts;
    this.#folder = folder;
  }

  /** Starts it; `portShift` keeps several centres of one test run apart. */
  static async start(portShift = 0, extra: Record<string, string> = {}, lanAddress?: string): Promise<Centre> {
    const folder = mkdtempSync(path.join(tmpdir(), 'kakehashi-e2e-'));
    const environment = {
      HTTP_PORT: String(8_180 + portShift),
      SIP_WS_PORT: String(8_190 + portShift),
      INTERNAL_PORT_BASE: String(19_000 + portShift * 10),
      MEDIA_PORT_OFFSET: String(1_000 + portShift * 1_000),
      DATA_DIR: path.join(folder, 'data'),
      RECORDINGS_DIR: path.join(folder, 'recordings'),
      CARRIER_VOICE: 'tone',
      CARRIER_ANSWER_MS: '700',
      ...extra,
    };
    const settings = readSettings(root, environment, lanAddress);
    const restarts: string[] = [];
    const stack = await startStack(settings, {
      onReady: () => undefined,
      onRestart: (name) => restarts.push(name),
      onGivenUp: (name, why) => {
        throw new Error(`${name} keeps ending: ${why}`);
      },
    });
    return new Centre(settings, stack, folder, restarts);
  }

  get origin(): string {
    return this.stack.origin;
  }

  get password(): string {
    return this.stack.secrets.demoPassword;
  }

  get logFolder(): string {
    return path.join(this.settings.dataDir, 'logs');
  }

  /** Stops it and deletes its data; the logs stay in test-results for whoever asks why a journey failed. */
  async stop(): Promise<void> {
    await this.stack.stop();
    cpSync(this.logFolder, path.join(root, 'test-results', `logs-${this.settings.HTTP_PORT}`), { recursive: true });
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
