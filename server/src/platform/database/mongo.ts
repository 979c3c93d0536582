import mongoose, { type Connection } from 'mongoose';
import type { Logger } from '../logging/logger.ts';

/**
 * Connects to MongoDB. The driver reconnects by itself; an operation fails when no server is found within 3 s.
 * Queries with unknown fields are refused rather than silently widened.
 */
export async function connectMongo(uri: string, logger: Logger): Promise<Connection> {
  const connection = mongoose.createConnection(uri, { serverSelectionTimeoutMS: 3_000, autoIndex: false, bufferCommands: false });
  connection.set('strictQuery', 'throw');
  let isClosing = false;
  connection.on('disconnecting', () => (isClosing = true));
  connection.on('disconnected', () => isClosing || logger.warn('MongoDB cannot be reached; trying again.'));
  connection.on('reconnected', () => logger.info('MongoDB answers again.'));
  await connection.asPromise();
  return connection;
}

const DUPLICATE_KEY = 11_000;

/** Whether an insert failed because a document with the same unique key exists. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === DUPLICATE_KEY;
}
