// A thread that carries a share of the legs.
import { parentPort, workerData } from 'node:worker_threads';
import { MixerError } from '../../ports/mixer.port.ts';
import { MediaShard } from '../media-shard.ts';
import { RtpPorts } from '../rtp-socket.ts';
import { FrameBoard } from './frame-board.ts';
import { runOn } from './shard-handle.ts';
import type { ShardMessage, ShardRequest } from './shard-handle.ts';

export interface ShardWorkerData {
  readonly address: string;
  readonly portMin: number;
  readonly portMax: number;
  readonly board: SharedArrayBuffer;
  /** Of the process's monotonic clock, which all threads share. */
  readonly firstTickAtMs: number;
}

// Whoever starts this thread passes exactly this, see `ShardPool`.
const data = workerData as ShardWorkerData;
const shard = new MediaShard({
  address: data.address,
  ports: new RtpPorts(data.address, data.portMin, data.portMax),
  board: new FrameBoard(data.board),
  emit: (event) => say({ event }),
  onTick: () => undefined,
});

parentPort?.on('message', (request: ShardRequest) => void serve(request));
shard.start(data.firstTickAtMs);

async function serve({ id, method, args }: ShardRequest): Promise<void> {
  try {
    // Sent by `WorkerShard.call`, which takes only what the method takes.
    const result: unknown = await runOn(shard, method, args as Parameters<MediaShard[typeof method]>);
    say({ id, result });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'Unknown error';
    say({ id, code: error instanceof MixerError ? error.code : null, message });
  }
}

function say(message: ShardMessage): void {
  parentPort?.postMessage(message);
}
