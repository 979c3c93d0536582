import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, realpath, rm } from 'node:fs/promises';
import net from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sendToParent, serveRequests } from '../mixer/ipc/serve-requests.ts';
import { KeyRing } from '#vault/key-ring';
import { encodeAck, FrameStreamReader, HELLO } from './frame-stream.ts';
import { Recorder } from './recorder.ts';
import type { Feed } from './recorder.ts';
import { RecorderConfig, recorderRequests } from './recorder-protocol.ts';
import type { RecorderEvent } from './recorder-protocol.ts';

/** Well under the 200 ms within which everything must be on its way to the disk. */
const FLUSH_INTERVAL_MS = 150;
/** A gateway killed a moment ago may still have its recorder completing files. */
const LOCK_PATIENCE_MS = 5000;
const LOCK_RETRY_MS = 50;
/** How long frames already on their way from a dying mixer are waited for. */
const FEED_PATIENCE_MS = 500;

const config = RecorderConfig.parse(JSON.parse(process.argv[2] ?? 'null'));
const feeds = new Set<net.Socket>();

// The gateway ends its children itself, after the calls: a Ctrl-C or a stop of the whole process group must not cut recordings.
process.on('SIGINT', () => undefined);
process.on('SIGTERM', () => undefined);

await mkdir(config.recordingsDir, { recursive: true, mode: 0o700 });
if (!(await lockFolder(config.recordingsDir))) {
  process.stderr.write('The recordings folder is in use by another recorder.\n');
  process.exit(1);
}
const ring = await KeyRing.load(config.keyFile);
const recorder = new Recorder(config.recordingsDir, ring, (recording, reason) => emit({ event: 'failed', recording, reason }));
// A recorder that was killed leaves its socket's name behind.
await rm(config.socketPath, { force: true });
const server = net.createServer(acceptMixer).listen(config.socketPath);
await once(server, 'listening');
const flushing = setInterval(() => recorder.flush(), FLUSH_INTERVAL_MS);

serveRequests(recorderRequests, {
  open: async ({ recording, file, segment }) => {
    await recorder.open(recording, file, segment);
    return null;
  },
  finish: ({ recording }) => recorder.finish(recording),
  discard: async ({ recording }) => {
    await recorder.discard(recording);
    return null;
  },
  ping: () => null,
});
process.once('disconnect', () => void completeAndExit());
if (!process.connected) await completeAndExit();
emit({ event: 'ready' });

function emit(event: RecorderEvent): void {
  sendToParent(event);
}

function acceptMixer(socket: net.Socket): void {
  const reader = new FrameStreamReader();
  const feed: Feed = { acknowledge: (recording, sequence) => socket.write(encodeAck(recording, sequence), () => undefined) };
  feeds.add(socket);
  socket.on('data', (chunk: Buffer) => {
    try {
      for (const message of reader.read(chunk)) recorder.take(message, feed);
    } catch {
      socket.destroy();
    }
  });
  socket.on('error', () => socket.destroy());
  socket.once('close', () => {
    feeds.delete(socket);
    recorder.endFeed(feed);
  });
  socket.write(HELLO);
}

/** The gateway is gone: nothing more will come, so every file is completed. */
async function completeAndExit(): Promise<void> {
  server.close();
  const closing = [...feeds].map((socket) => once(socket, 'close'));
  await Promise.race([Promise.allSettled(closing), sleep(FEED_PATIENCE_MS)]);
  clearInterval(flushing);
  await recorder.endAll();
  await rm(path.dirname(config.socketPath), { recursive: true, force: true });
  process.exit(0);
}

/**
 * Two recorders on one folder would take each other's names. An abstract socket is a lock the kernel releases with the process.
 */
async function lockFolder(folder: string): Promise<boolean> {
  const name = createHash('sha256')
    .update(await realpath(folder))
    .digest('hex');
  const deadlineMs = performance.now() + LOCK_PATIENCE_MS;
  for (;;) {
    const lock = net.createServer((socket) => socket.destroy());
    lock.listen(`\0kakehashi-recorder-${name}`);
    try {
      await once(lock, 'listening');
      return true;
    } catch {
      if (performance.now() > deadlineMs) return false;
      await sleep(LOCK_RETRY_MS);
    }
  }
}
