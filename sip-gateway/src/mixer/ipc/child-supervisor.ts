import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Logger } from 'pino';
import type { z } from 'zod';
import { ChildLink, IpcError } from './child-link.ts';
import type { RequestMap } from './ipc-message.ts';

export interface ChildOptions<M extends RequestMap, E extends { readonly event: string }> {
  readonly name: string;
  readonly requests: M;
  readonly events: z.ZodType<E>;
  readonly spawn: () => ChildProcess;
  /** Every event of the child, `ready` (from then on it serves requests) included. */
  readonly onEvent: (event: E) => void;
  /** The child died on its own; another is being started already. */
  readonly onLost: () => void;
  readonly logger: Logger;
}

const REQUEST_TIMEOUT_MS = 5000;
const READY_TIMEOUT_MS = 15_000;
const STOP_TIMEOUT_MS = 10_000;
/** A child that dies at once, again and again, must not spin the machine. */
const RESTART_DELAYS_MS = [0, 0, 500, 1000, 2000, 5000] as const;
/** A child that lived this long was healthy; the next restart is immediate again. */
const HEALTHY_AFTER_MS = 10_000;

/** Keeps one child process running and restarts it when it dies. */
export class ChildSupervisor<M extends RequestMap, E extends { readonly event: string }> {
  readonly #options: ChildOptions<M, E>;
  readonly #firstDeath = Promise.withResolvers<never>();
  #ready = newReady<M>();
  #process: ChildProcess;
  #hasServed = false;
  #isStopping = false;
  #quickDeaths = 0;

  /** Starts the child at once; `start` waits for it. */
  constructor(options: ChildOptions<M, E>) {
    this.#options = options;
    this.#firstDeath.promise.catch(() => undefined);
    this.#process = this.#spawn();
  }

  /** Process id of the present child, for diagnosis. */
  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Resolves when the first child serves requests. @throws IpcError when it died instead; it is not restarted then */
  async start(): Promise<void> {
    await Promise.race([this.#ready.promise, this.#firstDeath.promise]);
  }

  /**
   * Asks the child. While a lost child is being replaced the request waits for the new one.
   * @throws IpcError `lost` when the child died meanwhile, `timeout`, or the child's own code
   */
  async request<K extends keyof M & string>(
    type: K,
    params: z.input<M[K]['params']>,
    timeoutMs = REQUEST_TIMEOUT_MS,
  ): Promise<z.output<M[K]['result']>> {
    const link = await within(this.#ready.promise, timeoutMs);
    return await link.request(type, params, timeoutMs);
  }

  /** Ends a child that hangs; it is restarted like one that crashed. */
  kill(): void {
    this.#process.kill('SIGKILL');
  }

  /** Ends the child for good: asks by closing the channel, kills when that does not help. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#ready.reject(new IpcError('lost', `The ${this.#options.name} process is stopped`));
    const child = this.#process;
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const exited = once(child, 'exit');
    if (child.connected) child.disconnect();
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS);
    await exited;
    clearTimeout(timer);
  }

  #spawn(): ChildProcess {
    const startedAtMs = performance.now();
    const child = this.#options.spawn();
    const readyTimer = setTimeout(() => child.kill('SIGKILL'), READY_TIMEOUT_MS);
    const link = new ChildLink(child, this.#options.requests, (message) => {
      const event = this.#options.events.safeParse(message);
      if (!event.success) {
        this.#options.logger.error({ process: this.#options.name }, 'A media process sent an event that is not in the protocol');
        return;
      }
      if (event.data.event === 'ready') {
        clearTimeout(readyTimer);
        this.#hasServed = true;
        this.#ready.resolve(link);
      }
      this.#options.onEvent(event.data);
    });
    const end = (): void => {
      clearTimeout(readyTimer);
      this.#end(performance.now() - startedAtMs);
    };
    child.once('exit', end);
    child.once('error', (error) => {
      this.#options.logger.error({ err: error, process: this.#options.name }, 'A media process cannot be started');
      if (child.pid === undefined) end();
    });
    return child;
  }

  #end(livedMs: number): void {
    if (this.#isStopping) return;
    if (!this.#hasServed) {
      this.#firstDeath.reject(new IpcError('lost', `The ${this.#options.name} process died while starting`));
      return;
    }
    if (this.#ready.isResolved) this.#ready = newReady();
    this.#quickDeaths = livedMs < HEALTHY_AFTER_MS ? this.#quickDeaths + 1 : 0;
    const delayMs = RESTART_DELAYS_MS[Math.min(this.#quickDeaths, RESTART_DELAYS_MS.length - 1)] ?? 0;
    this.#options.logger.error(
      { process: this.#options.name, livedMs: Math.round(livedMs), delayMs },
      'A media process died and is restarted',
    );
    setTimeout(() => {
      if (!this.#isStopping) this.#process = this.#spawn();
    }, delayMs);
    this.#options.onLost();
  }
}

/** The link of the child that serves, once there is one. */
interface Ready<M extends RequestMap> {
  readonly promise: Promise<ChildLink<M>>;
  readonly resolve: (link: ChildLink<M>) => void;
  readonly reject: (error: IpcError) => void;
  readonly isResolved: boolean;
}

function newReady<M extends RequestMap>(): Ready<M> {
  const { promise, resolve, reject } = Promise.withResolvers<ChildLink<M>>();
  // Those who wait get the failure; nobody waiting is no reason to end the gateway.
  promise.catch(() => undefined);
  let isResolved = false;
  return {
    promise,
    reject,
    resolve: (link) => {
      isResolved = true;
      resolve(link);
    },
    get isResolved() {
      return isResolved;
    },
  };
}

async function within<T>(promise: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new IpcError('timeout', 'The process is not ready yet')), timeoutMs);
  });
  try {
    return await Promise.race([promise, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
