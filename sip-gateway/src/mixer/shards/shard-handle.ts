import { Worker } from 'node:worker_threads';
import type { MixerEvent } from '../mixer-protocol.ts';
import { MixerError } from '../../ports/mixer.port.ts';
import type { MixerErrorCode } from '../../ports/mixer.port.ts';
import type { MediaShard } from '../media-shard.ts';

/** What can be asked of a shard, on whichever thread it lives. */
export type ShardCalls = Pick<
  MediaShard,
  | 'openLeg'
  | 'connectLeg'
  | 'closeLeg'
  | 'meetLeg'
  | 'forgetLeg'
  | 'setHearing'
  | 'sendDigits'
  | 'play'
  | 'stopPlaying'
  | 'playTone'
  | 'detectTones'
  | 'useSounds'
  | 'listLegs'
  | 'takeTicks'
>;

export interface ShardHandle {
  /** Rejects with what the shard throws. */
  call<K extends keyof ShardCalls>(method: K, ...args: Parameters<ShardCalls[K]>): Promise<Awaited<ReturnType<ShardCalls[K]>>>;
}

/** What the threads say to each other. */
export interface ShardRequest {
  readonly id: number;
  readonly method: keyof ShardCalls;
  readonly args: readonly unknown[];
}
export type ShardReply =
  | { readonly id: number; readonly result: unknown }
  | { readonly id: number; readonly code: MixerErrorCode | null; readonly message: string };
export type ShardMessage = ShardReply | { readonly event: MixerEvent };

/** The shard of this thread. */
export class LocalShard implements ShardHandle {
  readonly #shard: MediaShard;

  constructor(shard: MediaShard) {
    this.#shard = shard;
  }

  call<K extends keyof ShardCalls>(method: K, ...args: Parameters<ShardCalls[K]>): Promise<Awaited<ReturnType<ShardCalls[K]>>> {
    return runOn(this.#shard, method, args);
  }
}

/** Runs a method of a shard. */
export async function runOn<K extends keyof ShardCalls>(
  shard: MediaShard,
  method: K,
  args: Parameters<ShardCalls[K]>,
): Promise<Awaited<ReturnType<ShardCalls[K]>>> {
  // The arguments belong to this very method; TypeScript only sees the union of all methods.
  const run = shard[method].bind(shard) as (...all: Parameters<ShardCalls[K]>) => ReturnType<ShardCalls[K]>;
  return await run(...args);
}

interface Waiting {
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** A shard on a thread of its own. */
export class WorkerShard implements ShardHandle {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, Waiting>();
  #nextId = 1;

  /** @param data what `shard-worker.ts` begins with */
  constructor(data: object, onEvent: (event: MixerEvent) => void) {
    this.#worker = new Worker(new URL('./shard-worker.ts', import.meta.url), { workerData: data });
    this.#worker.on('message', (message: ShardMessage) => {
      if ('event' in message) onEvent(message.event);
      else this.#settle(message);
    });
    // Half a mixer is none: the gateway replaces the whole process.
    this.#worker.on('error', (error) => {
      throw error;
    });
  }

  call<K extends keyof ShardCalls>(method: K, ...args: Parameters<ShardCalls[K]>): Promise<Awaited<ReturnType<ShardCalls[K]>>> {
    const id = this.#nextId;
    this.#nextId += 1;
    return new Promise((resolve, reject) => {
      // The worker answers this request with this method's result; structured cloning keeps its shape.
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#worker.postMessage({ id, method, args } satisfies ShardRequest);
    });
  }

  #settle(reply: ShardReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if ('result' in reply) waiting?.resolve(reply.result);
    else waiting?.reject(reply.code === null ? new Error(reply.message) : new MixerError(reply.code, reply.message));
  }
}
