import { Buffer } from 'node:buffer';
import { createHash, timingSafeEqual } from 'node:crypto';
import type { Socket } from 'node:net';
import type { Logger } from 'pino';
import type { AppClient, SipEvent } from '../agent/application.ts';
import type { CallRecord } from '../agent/call-records.ts';
import { newUuid } from '../agent/identifiers.ts';
import type { UserAgent } from '../agent/user-agent.ts';
import type { ReportFault } from '../faults.ts';
import { readCommand } from './command.ts';
import type { Command } from './command.ts';
import type { ClientTable } from './client-table.ts';
import { eventPayload, recordPayload, sentPayload } from './event-line.ts';
import { encodeFrame, FrameReader, MESSAGE_BYTES } from './framing.ts';

/** The oldest version drachtio-srf sends its pings to is v0.8.2; this server does what v0.9 does. */
const VERSION = 'v0.9.0';
const AUTHENTICATION_TIMEOUT_MS = 5_000;
/** Nobody needs more to show a secret. */
const AUTHENTICATION_BYTES = 1_024;
/** With 16 connections at most, about 30 secrets a second can be tried. */
const WRONG_SECRET_DELAY_MS = 500;
/** An application whose machine is gone without a word would keep its successor out. */
const KEEP_ALIVE_MS = 10_000;
/** An application that does not read is cut off rather than buffered for. */
const MAX_UNSENT_BYTES = 33_554_432;

export interface SessionOptions {
  readonly socket: Socket;
  readonly secret: string;
  readonly clients: ClientTable;
  readonly agent: UserAgent;
  /** Every address we listen at, `proto/host:port`. */
  readonly listening: () => readonly string[];
  readonly log: Logger;
  readonly reportFault: ReportFault;
}

/** One control connection: an application, once it has shown the secret. */
export class ControlSession implements AppClient {
  private readonly options: SessionOptions;
  private readonly frames = new FrameReader();
  private isAuthenticated = false;
  private hasGuessedWrong = false;

  constructor(options: SessionOptions) {
    this.options = options;
    const { socket } = options;
    this.frames.maxBytes = AUTHENTICATION_BYTES;
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    const impatience = setTimeout(() => {
      if (!this.isAuthenticated) socket.destroy();
    }, AUTHENTICATION_TIMEOUT_MS);
    socket.on('data', (chunk) => this.receive(chunk));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      clearTimeout(impatience);
      if (this.isAuthenticated) options.log.info('The application is gone');
      options.agent.noteClientGone(this, options.clients.remove(this));
    });
  }

  isOpen(): boolean {
    return !this.options.socket.destroyed && this.options.socket.writable;
  }

  deliver(event: SipEvent): void {
    this.write(eventPayload(newUuid(), event, new Date()));
  }

  record(record: CallRecord): void {
    this.write(recordPayload(newUuid(), record, new Date()));
  }

  /** Whether it has said nothing yet. One with a wrong secret keeps its place, so that guessing takes time. */
  isSilent(): boolean {
    return !this.isAuthenticated && !this.hasGuessedWrong;
  }

  destroy(): void {
    this.options.socket.destroy();
  }

  private receive(chunk: Buffer): void {
    const payloads = this.frames.push(chunk);
    if (payloads === undefined) {
      this.options.socket.destroy();
      return;
    }
    for (const payload of payloads) {
      const read = readCommand(payload);
      if (read === undefined) {
        this.options.socket.destroy();
        return;
      }
      if (this.isOpen()) this.attempt(read.id, read.command);
    }
  }

  private attempt(id: string, command: Command): void {
    try {
      this.obey(id, command);
    } catch (error) {
      this.options.reportFault('command', error);
      this.reply(id, 'NOK|internal error');
    }
  }

  private obey(id: string, command: Command): void {
    if (command.kind === 'authenticate') {
      this.authenticate(id, command);
      return;
    }
    if (!this.isAuthenticated) {
      if (!this.hasGuessedWrong) this.dismiss(id, 'not authenticated');
      return;
    }
    switch (command.kind) {
      case 'route':
        this.route(id, command.verb);
        return;
      case 'remove-route':
        this.options.clients.removeRoute(this, command.verb);
        this.reply(id, 'OK');
        return;
      case 'ping':
        this.reply(id, 'OK|pong');
        return;
      case 'sip':
        this.send(id, command).catch((error: unknown) => {
          this.options.reportFault('command', error);
          this.reply(id, 'NOK|internal error');
        });
        return;
      case 'proxy':
        this.reply(id, 'NOK|proxy is not supported');
        return;
      case 'unknown':
        this.dismiss(id, `unknown message type ${command.type}`);
    }
  }

  private authenticate(id: string, { secret, tags }: { readonly secret: string; readonly tags: string }): void {
    const { clients, listening } = this.options;
    if (this.hasGuessedWrong) return;
    if (!isSame(secret, this.options.secret)) {
      this.hasGuessedWrong = true;
      setTimeout(() => this.dismiss(id, 'authentication failed'), WRONG_SECRET_DELAY_MS).unref();
      return;
    }
    if (tags !== '') this.dismiss(id, 'tags are not supported');
    else if (!clients.add(this)) this.dismiss(id, 'another application is connected');
    else {
      this.isAuthenticated = true;
      this.frames.maxBytes = MESSAGE_BYTES;
      this.options.log.info('An application is connected');
      const hostports = listening().join(',');
      this.reply(id, `OK|${hostports}|${VERSION}|${hostports}`);
      this.options.agent.noteRoutes(this, []);
    }
  }

  private route(id: string, verb: string): void {
    const { clients, agent } = this.options;
    const problem = clients.addRoute(this, verb);
    if (problem !== undefined) {
      this.dismiss(id, problem);
      return;
    }
    this.reply(id, 'OK');
    agent.noteRoutes(this, clients.routes());
  }

  private async send(id: string, { txnId, dialogId, route, message }: Extract<Command, { kind: 'sip' }>): Promise<void> {
    if (message === undefined) {
      this.reply(id, 'NOK|the sip message cannot be parsed');
      return;
    }
    const { agent } = this.options;
    const reply =
      message.kind === 'response'
        ? agent.respond(this, txnId, message)
        : await agent.request(this, { message, txnId, dialogId, route });
    if (reply.ok) this.write(sentPayload(newUuid(), id, reply, new Date()));
    else this.reply(id, `NOK|${reply.reason}`);
  }

  private reply(id: string, text: string): void {
    this.write(Buffer.from(`${newUuid()}|response|${id}|${text}`, 'utf8'));
  }

  /** Refuses and hangs up, as drachtio-server does for everything but a failed `sip` or `proxy`. */
  private dismiss(id: string, reason: string): void {
    this.options.log.warn({ reason }, 'A control connection was refused');
    this.reply(id, `NO|${reason}`);
    this.options.socket.end();
    // Who does not hang up in turn would stay.
    setTimeout(() => this.destroy(), AUTHENTICATION_TIMEOUT_MS).unref();
  }

  private write(payload: Buffer): void {
    const { socket } = this.options;
    if (!this.isOpen()) return;
    if (socket.writableLength > MAX_UNSENT_BYTES) socket.destroy();
    else socket.write(encodeFrame(payload));
  }
}

function isSame(given: string, expected: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}
