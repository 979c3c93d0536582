import type { SipEvent } from './application.ts';
import { CallScene, SDP } from '../fakes/call-scene.ts';
import type { SipMessage } from '../message/sip-message.ts';

/** A fixed sequence for each seed, so that a failure can be repeated. */
function sequence(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return (state >>> 8) % limit;
  };
}

/** A peer and an application that do whatever comes to their minds, in any order. */
class UnrulyScene extends CallScene {
  private readonly random: (limit: number) => number;
  private readonly incoming: SipEvent[] = [];
  private readonly sentByServer: SipMessage[] = [];
  private readonly dialogIds = new Set<string>();
  private readonly txnIds: string[] = [];

  constructor(seed: number) {
    super('udp', { applicationGraceMs: 3_000, ringLimitMs: 50_000 });
    this.random = sequence(seed);
  }

  async doSomething(): Promise<void> {
    this.listen();
    switch (this.random(9)) {
      case 0:
      case 1:
        this.peerRequests();
        break;
      case 2:
      case 3:
        this.peerAnswers();
        break;
      case 4:
        this.applicationAnswers();
        break;
      case 5:
        await this.applicationRequests();
        break;
      case 6:
        this.clock.advance(this.random(this.random(4) === 0 ? 60_000 : 3_000));
        break;
      case 7:
        this.applicationReconnects();
        break;
      default:
        await this.applicationActsInDialog();
    }
  }

  /** The application ends what stands; then all timers run out. */
  async calmDown(): Promise<void> {
    this.listen();
    for (const event of this.incoming) this.respond(event, 500);
    for (const txnId of this.txnIds) await this.request('CANCEL sip:x', { txnId });
    for (const dialogId of this.dialogIds) {
      await this.request('ACK sip:placeholder', { dialogId });
      await this.request('BYE sip:placeholder', { dialogId });
    }
    for (let round = 0; round < 5; round++) {
      this.clock.advance(70_000);
      await Promise.resolve();
      await Promise.resolve();
    }
  }

  private listen(): void {
    for (const event of this.application.take()) {
      if (event.dialogId !== '') this.dialogIds.add(event.dialogId);
      if (event.message.kind === 'request' && event.message.method !== 'ACK' && event.source === 'network')
        this.incoming.push(event);
    }
    this.sentByServer.push(...this.peer.take());
  }

  private peerRequests(): void {
    const methods = ['INVITE', 'INVITE', 'ACK', 'CANCEL', 'BYE', 'PRACK', 'PRACK', 'UPDATE', 'INFO', 'REFER', 'OPTIONS'];
    const method = this.pick(methods) ?? 'INVITE';
    const ours = this.pick(this.sentByServer.filter((message) => message.kind === 'response'));
    const toTag = this.random(2) === 0 ? /tag=([^;]+)/.exec(ours?.headers.get('To') ?? '')?.[1] : undefined;
    const seq = 1 + this.random(4);
    const branch = this.random(2) === 0 ? `INVITE-${seq}` : `b${this.random(50)}`;
    const rseq = ours?.headers.get('RSeq') ?? String(this.random(9));
    const more = [
      ...(this.random(2) === 0 ? ['Supported: 100rel, timer'] : ['Require: 100rel']),
      ...(this.random(3) === 0 ? [`Session-Expires: ${80 + this.random(40)}`] : []),
      ...(method === 'PRACK' ? [`RAck: ${rseq} ${1 + this.random(4)} INVITE`] : []),
    ];
    this.receiveRequest(method, { seq, branch, body: SDP, more, ...(toTag === undefined ? {} : { toTag }) });
  }

  private peerAnswers(): void {
    const request = this.pick(this.sentByServer.filter((message) => message.kind === 'request' && message.method !== 'ACK'));
    if (request === undefined) return;
    const more = this.random(6) === 0 ? [] : ['Contact: <sip:resident@192.0.2.9:5060>'];
    if (this.random(3) === 0) more.push('Require: 100rel', `RSeq: ${this.random(4)}`);
    if (this.random(3) === 0)
      more.push(`Session-Expires: ${100 + this.random(50)};refresher=${this.pick(['uac', 'uas']) ?? 'uac'}`);
    this.receiveAnswer(request, this.pick([100, 180, 183, 200, 200, 202, 401, 486, 487, 603]) ?? 200, {
      toTag: `t${this.random(3)}`,
      more,
    });
  }

  private applicationAnswers(): void {
    this.respond(
      this.pick(this.incoming),
      this.pick([180, 183, 200, 200, 302, 404, 486]) ?? 200,
      ['Content-Type: application/sdp', ...(this.random(2) === 0 ? ['Require: 100rel'] : [])],
      SDP,
    );
  }

  private async applicationRequests(): Promise<void> {
    if (this.random(3) === 0) {
      await this.request('CANCEL sip:x', { txnId: this.pick(this.txnIds) ?? '' });
      return;
    }
    const reply = await this.request('INVITE sip:resident@192.0.2.9', { body: SDP });
    if (reply.ok) this.txnIds.push(reply.txnId);
  }

  private async applicationActsInDialog(): Promise<void> {
    const method = this.pick(['ACK', 'ACK', 'BYE', 'INVITE', 'UPDATE', 'INFO', 'PRACK']) ?? 'ACK';
    const reply = await this.request(`${method} sip:placeholder`, {
      dialogId: this.pick([...this.dialogIds]) ?? 'none',
      headers: method === 'PRACK' ? [`RAck: ${this.random(4)} 1 INVITE`] : [],
      body: SDP,
    });
    if (reply.ok && method === 'INVITE') this.txnIds.push(reply.txnId);
  }

  private applicationReconnects(): void {
    if (this.random(4) !== 0) return;
    this.agent.noteClientGone(this.application, ['invite']);
    this.clock.advance(this.random(4_000));
    this.agent.noteRoutes(this.application, ['invite']);
  }

  private pick<T>(values: readonly T[]): T | undefined {
    return values[this.random(Math.max(values.length, 1))];
  }
}

describe('Calls whose messages come in any order', () => {
  it('never throw and leave nothing behind', async () => {
    const endAt = performance.now() + 700;
    let seed = 0;
    while (performance.now() < endAt || seed < 20) {
      seed++;
      const scene = new UnrulyScene(seed);
      for (let step = 0; step < 60; step++) await scene.doSomething();
      await scene.calmDown();
      expect({ ...scene.agent.counters(), timers: scene.clock.runningCount() })
        .withContext(`seed ${seed}`)
        .toEqual({ transactions: 0, dialogs: 0, flows: 0, connections: 0, timers: 0 });
    }
  });
});
