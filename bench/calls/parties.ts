import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { mixerSdp } from '../../sip-gateway/src/rtpengine/sdp.model.ts';
import type { PartyReply, PartyRequest } from './party-generator.ts';
import { MASTER_BYTES } from './srtp-sender.ts';

const HOST = '127.0.0.1';

/** One party of a call as the benchmark knows it. */
export interface PartyHandle {
  readonly port: number;
  /** Its SDP offer. */
  readonly offer: string;
}

type Question = PartyRequest extends infer R ? (R extends PartyRequest ? Omit<R, 'ask'> : never) : never;

/** The generator's process. */
export class Parties {
  private readonly child: ChildProcess;
  private readonly waiting = new Map<number, (reply: PartyReply) => void>();
  private asked = 0;

  /** `prefix`: a command that runs the generator, such as the one for real time. */
  constructor(prefix: readonly string[]) {
    const script = fileURLToPath(new URL('./party-generator.ts', import.meta.url));
    const [command = process.execPath, ...args] = [
      ...prefix,
      process.execPath,
      '--single-threaded-gc',
      '--no-concurrent-recompilation',
      script,
    ];
    this.child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.child.on('message', (reply: PartyReply) => {
      this.waiting.get(reply.ask)?.(reply);
      this.waiting.delete(reply.ask);
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  async open(isSrtp: boolean): Promise<PartyHandle> {
    const master = isSrtp ? randomBytes(MASTER_BYTES).toString('base64') : null;
    const { port } = await this.ask({ open: master });
    const plain = mixerSdp({ host: HOST, port }, { codecs: ['PCMU'] });
    const crypto = `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${master}\r\n`;
    const offer = master === null ? plain : plain.replace('RTP/AVP', 'RTP/SAVP').replace('a=ptime', `${crypto}a=ptime`);
    return { port, offer };
  }

  /** The party speaks from now on, to the address of this SDP answer. */
  async connect(party: PartyHandle, answer: string): Promise<void> {
    const port = Number(/^m=audio (\d+)/m.exec(answer)?.[1]);
    await this.ask({ connect: party.port, port });
  }

  /** The party is gone; what it sent and was sent. */
  async close(party: PartyHandle): Promise<{ readonly sent: number; readonly received: number }> {
    return await this.ask({ close: party.port });
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const exited = once(this.child, 'exit');
    this.child.disconnect();
    await exited;
  }

  private ask(question: Question): Promise<PartyReply> {
    this.asked += 1;
    const ask = this.asked;
    return new Promise((resolve) => {
      this.waiting.set(ask, resolve);
      this.child.send({ ...question, ask });
    });
  }
}
