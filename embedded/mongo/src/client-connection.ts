import { once } from 'node:events';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import { CommandError } from './command-error.ts';
import type { CommandRunner } from './commands/command-runner.ts';
import { translateSqliteError } from './storage/sqlite-connection.ts';
import type { BsonDocument } from './values/bson-value.ts';
import { FrameReader, ProtocolError, type Frame } from './wire/frame-reader.ts';
import { ConnectionCut } from './wire/connection-cut.ts';
import { encodeMessage, OP_MSG, parseMessage } from './wire/op-msg.ts';
import { encodeQueryReply, OP_QUERY, parseQuery } from './wire/op-query.ts';
import { encodeReply, type Reply } from './wire/reply.ts';

const HANDSHAKE_NAMES = new Set(['hello', 'isMaster', 'ismaster']);

/** One client: reads messages in order, answers each, and ends alone when the client breaks the protocol. */
export class ClientConnection {
  readonly #socket: Socket;
  readonly #runner: CommandRunner;
  readonly #log: Logger;
  readonly #id: number;
  #nextRequestId = 1;

  constructor(socket: Socket, runner: CommandRunner, log: Logger, id: number) {
    this.#socket = socket;
    this.#runner = runner;
    this.#log = log;
    this.#id = id;
  }

  /** Serves until the client leaves. Never rejects. */
  async serve(): Promise<void> {
    const reader = new FrameReader();
    this.#socket.setNoDelay(true);
    try {
      // Iterating the socket reads on only after the answer, so a fast sender cannot fill the memory.
      for await (const chunk of this.#socket) {
        for (const frame of reader.push(chunk as Buffer)) await this.#answer(frame); // a socket without encoding gives Buffers
      }
    } catch (error) {
      if (error instanceof ProtocolError)
        this.#log.warn({ connection: this.#id, reason: error.message }, 'client broke the wire protocol');
      else if (!(error instanceof ConnectionCut) && !isConnectionLoss(error))
        this.#log.error({ connection: this.#id, err: error }, 'connection failed');
    } finally {
      this.#socket.destroy();
    }
  }

  async #answer(frame: Frame): Promise<void> {
    if (frame.opcode === OP_MSG) await this.#answerMessage(frame);
    else if (frame.opcode === OP_QUERY) await this.#answerQuery(frame);
    else throw new ProtocolError(`opcode ${frame.opcode} is not supported`);
  }

  async #answerMessage({ body, requestId }: Frame): Promise<void> {
    let wantsReply = true;
    const reply = await this.#guarded(() => {
      const message = parseMessage(body);
      wantsReply = message.wantsReply;
      return message.command;
    });
    if (wantsReply) await this.#send(encodeMessage(this.#takeRequestId(), requestId, reply));
  }

  async #answerQuery({ body, requestId }: Frame): Promise<void> {
    const reply = await this.#guarded(() => {
      const command = parseQuery(body);
      const [name = ''] = Object.keys(command);
      if (HANDSHAKE_NAMES.has(name)) return command;
      throw new CommandError(352, `Unsupported OP_QUERY command: ${name}. The client driver may require an upgrade.`);
    });
    await this.#send(encodeQueryReply(this.#takeRequestId(), requestId, reply));
  }

  async #guarded(parse: () => BsonDocument): Promise<Uint8Array> {
    try {
      return encodeReply(await this.#runner.run({ body: parse(), connectionId: this.#id }));
    } catch (error) {
      if (error instanceof ProtocolError || error instanceof ConnectionCut) throw error;
      return encodeReply(this.#errorReply(translateSqliteError(error)));
    }
  }

  #errorReply(error: unknown): Reply {
    if (error instanceof CommandError) {
      return { ok: 0, errmsg: error.message, code: error.code, codeName: error.codeName, ...error.fields };
    }
    this.#log.error({ connection: this.#id, err: error }, 'command failed unexpectedly');
    return { ok: 0, errmsg: 'internal error of the embedded document server', code: 1, codeName: 'InternalError' };
  }

  #takeRequestId(): number {
    this.#nextRequestId = (this.#nextRequestId + 1) & 0x7fffffff;
    return this.#nextRequestId;
  }

  async #send(bytes: Buffer): Promise<void> {
    if (this.#socket.destroyed) return;
    if (!this.#socket.write(bytes)) await Promise.race([once(this.#socket, 'drain'), once(this.#socket, 'close')]);
  }
}

function isConnectionLoss(error: unknown): boolean {
  const codes = ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ETIMEDOUT', 'ERR_STREAM_DESTROYED'];
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}
