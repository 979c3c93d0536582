import type { ChildProcess } from 'node:child_process';
import type { z } from 'zod';
import { IpcReply } from './ipc-message.ts';
import type { RequestMap } from './ipc-message.ts';

/** `lost`: the child died; `timeout`: it did not answer in time; anything else comes from the child itself. */
export class IpcError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.name = 'IpcError';
    this.code = code;
  }
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: IpcError) => void;
  readonly timer: NodeJS.Timeout;
}

/** Typed requests to one child process: each gets the answer with its number, a time-out, or `lost` when the child dies. */
export class ChildLink<M extends RequestMap> {
  readonly #child: ChildProcess;
  readonly #requests: M;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;
  #isGone = false;

  /** @param onEvent takes every message that is no reply */
  constructor(child: ChildProcess, requests: M, onEvent: (message: unknown) => void) {
    this.#child = child;
    this.#requests = requests;
    child.on('message', (message) => {
      const reply = IpcReply.safeParse(message);
      if (reply.success) this.#settle(reply.data);
      else onEvent(message);
    });
    child.once('exit', () => this.#loseAll());
    child.once('error', () => this.#loseAll());
    child.once('disconnect', () => this.#loseAll());
  }

  /** @throws IpcError; ZodError when the parameters are not what the request takes */
  async request<K extends keyof M & string>(
    type: K,
    params: z.input<M[K]['params']>,
    timeoutMs: number,
  ): Promise<z.output<M[K]['result']>> {
    const schema = this.#requests[type];
    if (!schema) throw new IpcError('unknown-request', `No request is called ${type}`);
    const parsed = schema.params.parse(params);
    const result = await this.#exchange(type, parsed, timeoutMs);
    // Parsed with the schema of this very key; TypeScript only sees the union of all results.
    return schema.result.parse(result) as z.output<M[K]['result']>;
  }

  #exchange(type: string, params: unknown, timeoutMs: number): Promise<unknown> {
    if (this.#isGone) return Promise.reject(new IpcError('lost', 'The process is gone'));
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(id);
        reject(new IpcError('timeout', `The process did not answer ${type} within ${timeoutMs} ms`));
      }, timeoutMs);
      this.#waiting.set(id, { resolve, reject, timer });
      this.#child.send({ id, type, params }, (error) => {
        if (error) this.#loseAll();
      });
    });
  }

  #settle(reply: IpcReply): void {
    const waiting = this.#waiting.get(reply.id);
    if (!waiting) return;
    this.#waiting.delete(reply.id);
    clearTimeout(waiting.timer);
    if (reply.ok) waiting.resolve(reply.result);
    else waiting.reject(new IpcError(reply.code, reply.message));
  }

  #loseAll(): void {
    this.#isGone = true;
    for (const { reject, timer } of this.#waiting.values()) {
      clearTimeout(timer);
      reject(new IpcError('lost', 'The process is gone'));
    }
    this.#waiting.clear();
  }
}
