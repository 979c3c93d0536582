import { createSocket } from 'node:dgram';
import { connect } from 'node:net';
import mongoose from 'mongoose';
import { createClient } from 'redis';

const ANSWER_WITHIN_MS = 1_500;

/** Whether a TCP port accepts a connection. */
export function answersTcp(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: ANSWER_WITHIN_MS });
    const finish = (answer: boolean) => (): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', finish(true)).once('timeout', finish(false)).once('error', finish(false));
  });
}

/** Whether an HTTP address answers 200. */
export async function answersHttp(url: string): Promise<boolean> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWER_WITHIN_MS) });
  await answer.arrayBuffer();
  return answer.status === 200;
}

/** Whether rtpengine answers the ng protocol's ping (a bencoded dictionary behind a cookie, over UDP). */
export function answersNgPing(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const finish = (answer: boolean): void => {
      clearTimeout(timer);
      socket.close();
      resolve(answer);
    };
    const timer = setTimeout(() => finish(false), ANSWER_WITHIN_MS);
    socket.once('message', (message) => finish(message.toString('latin1').includes('4:pong')));
    socket.once('error', () => finish(false));
    socket.send(`${process.pid}_${Date.now()} d7:command4:pinge`, port, host);
  });
}

/** Whether Redis answers PING. */
export async function answersRedis(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { connectTimeout: ANSWER_WITHIN_MS, reconnectStrategy: false } });
  client.on('error', () => {
    // The rejected promise below tells.
  });
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } finally {
    client.destroy();
  }
}

/** Whether MongoDB answers and has a primary. */
export async function answersMongo(uri: string): Promise<boolean> {
  const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: ANSWER_WITHIN_MS, autoIndex: false });
  try {
    await connection.asPromise();
    await connection.db?.command({ ping: 1 });
    return true;
  } finally {
    await connection.close();
  }
}

/** Initiates a replica set of one, as transactions need it; harmless when that was done before. */
export async function initiateReplicaSet(host: string, port: number, name: string): Promise<void> {
  const connection = mongoose.createConnection(`mongodb://${host}:${port}/?directConnection=true`, {
    serverSelectionTimeoutMS: 5_000,
  });
  try {
    await connection.asPromise();
    const members = [{ _id: 0, host: `${host}:${port}` }];
    await connection.db?.admin().command({ replSetInitiate: { _id: name, members } });
  } catch (error) {
    const ALREADY_INITIALIZED = 23;
    if ((error as { code?: number }).code !== ALREADY_INITIALIZED) throw error;
  } finally {
    await connection.close();
  }
}
