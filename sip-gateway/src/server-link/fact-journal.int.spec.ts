import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Fact } from '#contracts/gateway.contract';
import { CallId, GatewayId, PhoneNumber, UserId } from '#contracts/ids.contract';
import type { PackedRecording } from '#contracts/recordings.contract';
import { FakeFacts } from '../fakes/fake-control.ts';
import { systemClock } from '../system-clock.ts';
import { CrashRecovery } from './crash-recovery.ts';
import { FactJournal } from './fact-journal.ts';

const gatewayId = GatewayId.parse('gateway-1');
const started: Fact = { type: 'gateway.started' };
const callId = CallId.parse('call-1');
const agentId = UserId.parse('agent-1');
const sealed: PackedRecording = {
  file: `2026-04-01/${callId}.recording`,
  startedAt: '2026-04-01T00:00:00.000Z',
  seconds: 3,
  channels: ['agent', 'resident'],
  sha256: 'a'.repeat(64),
  sealedBytes: 9_000,
  concealedFrames: [0, 0],
  missingPackets: [0, 0],
  gaps: [],
  chain: { number: 1, link: 'b'.repeat(64) },
};

describe('the fact journal', () => {
  let folder = '';
  let file = '';
  const open = () => FactJournal.open({ file, gatewayId, clock: systemClock, onTrouble: () => undefined });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'kk-journal-'));
    file = join(folder, 'facts.jsonl');
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  const numbersAfter = (journal: FactJournal, from: number): number[] => {
    const numbers: number[] = [];
    for (let next = journal.nextAfter(from); next !== undefined; next = journal.nextAfter(next.number)) numbers.push(next.number);
    return numbers;
  };

  it('numbers facts from 1 and goes on where it stopped', async () => {
    const first = await open();
    await Promise.all([first.append(started), first.append(started)]);
    await first.close();
    const second = await open();
    await second.append(started);
    expect(numbersAfter(second, 0)).toEqual([1, 2, 3]);
    await second.close();
    expect((await readFile(file, 'utf8')).trim().split('\n').length).toBe(3);
  });

  it('has a fact on disk before it offers it for publishing', async () => {
    const journal = await open();
    const written = journal.append(started);
    expect(journal.nextAfter(0)).toBeUndefined();
    await written;
    expect(journal.nextAfter(0)?.number).toBe(1);
    expect(await readFile(file, 'utf8')).toContain('"number":1');
    await journal.close();
  });

  it('removes a line that a crash cut off, and nothing else', async () => {
    const first = await open();
    await first.append(started);
    await first.close();
    await appendFile(file, '{"gatewayId":"gateway-1","numb');
    const second = await open();
    await second.append(started);
    await second.close();
    const third = await open();
    expect(numbersAfter(third, 0)).toEqual([1, 2]);
    await third.close();
  });

  it('refuses a damaged journal and one of another gateway', async () => {
    await writeFile(file, 'nonsense\n');
    await expectAsync(open()).toBeRejectedWithError(/damaged in line 1/);
    await writeFile(file, '{"journalOf":"gateway-2","lastNumber":7}\n');
    await expectAsync(open()).toBeRejectedWithError(/another gateway/);
  });

  it('compacts once everything is stored, keeps counting, and keeps what an unfinished call needs', async () => {
    const journal = await open();
    await journal.append({ type: 'call.dialling', callId, agentId });
    await Promise.all(Array.from({ length: 600 }, () => journal.append(started)));
    journal.noteStored(600);
    await journal.whenWritten();
    expect((await readFile(file, 'utf8')).split('\n').length).toBeGreaterThan(600);
    journal.noteStored(601);
    await journal.append(started);
    await journal.close();
    const lines = (await readFile(file, 'utf8')).trim().split('\n');
    expect(lines.length).toBe(3);
    const again = await open();
    expect(again.lastNumber).toBe(602);
    expect(again.unfinished().map((call) => call.callId)).toEqual([callId]);
    again.noteStored(601);
    expect(numbersAfter(again, 0)).toEqual([602]);
    await again.close();
  });

  it('never loses a fact that is appended while it compacts', async () => {
    const journal = await open();
    await Promise.all(Array.from({ length: 600 }, () => journal.append(started)));
    journal.noteStored(600);
    await Promise.all(Array.from({ length: 50 }, () => journal.append(started)));
    journal.noteStored(640);
    await journal.close();
    const again = await open();
    again.noteStored(600);
    expect(numbersAfter(again, 0)).toEqual(Array.from({ length: 50 }, (_, index) => 601 + index));
    await again.close();
  });

  it('goes on above what the server knows when the journal was lost', async () => {
    const journal = await open();
    journal.skipTo(41);
    await journal.append(started);
    expect(journal.nextAfter(0)?.number).toBe(42);
    await journal.close();
  });

  it('ends after a crash what the crash left open, once', async () => {
    const first = await open();
    await first.append({ type: 'call.dialling', callId, agentId });
    await first.append({ type: 'call.answered', callId, agentId, isRecorded: true });
    const waiting = CallId.parse('call-2');
    await first.append({ type: 'call.arrived', callId: waiting, from: null, to: PhoneNumber.parse('+81221119876') });
    await first.close();
    const second = await open();
    const facts = new FakeFacts();
    const recovery = new CrashRecovery(second, facts, () => Promise.resolve(null));
    expect(await recovery.run()).toBe(2);
    expect(facts.of('call.ended').map((fact) => [fact.callId, fact.cause])).toEqual([
      [callId, 'gateway-lost'],
      [waiting, 'gateway-lost'],
    ]);
    expect(facts.of('recording.failed').map((fact) => fact.callId)).toEqual([callId]);
    for (const fact of facts.all) await second.append(fact);
    expect(second.unfinished()).toEqual([]);
    await second.close();
  });

  it('tells of a recording that was sealed before its gateway died', async () => {
    const first = await open();
    await first.append({ type: 'call.dialling', callId, agentId });
    await first.append({ type: 'call.answered', callId, agentId, isRecorded: true });
    await first.close();
    const second = await open();
    const facts = new FakeFacts();
    await new CrashRecovery(second, facts, () => Promise.resolve(sealed)).run();
    const { gaps, missingPackets, ...ready } = sealed;
    expect(facts.of('recording.ready')).toEqual([{ type: 'recording.ready', callId, ...ready }]);
    expect(facts.of('recording.checked')).toEqual([
      { type: 'recording.checked', callId, isComplete: true, gaps, missingPackets },
    ]);
    expect(facts.of('recording.failed')).toEqual([]);
    // The last line of the journal is the answer itself: only the recording knows how long they talked.
    expect(facts.of('call.ended')[0]?.talkMs).toBe(3_000);
    await second.close();
  });

  it('waits for a recording that an earlier run left and that is being packed, instead of calling it failed', async () => {
    const first = await open();
    await first.append({ type: 'call.dialling', callId, agentId });
    await first.append({ type: 'call.answered', callId, agentId, isRecorded: true });
    await first.close();
    const second = await open();
    const appended: Fact[] = [];
    const emit = (fact: Fact): void => {
      appended.push(fact);
      void second.append(fact);
    };
    const recovery = new CrashRecovery(second, { emit }, () => Promise.resolve(null));
    recovery.noteRepaired({ file: sealed.file, seconds: 3 });
    await recovery.run();
    expect(appended.map(({ type }) => type)).toEqual(['call.ended']);
    recovery.noteSealed(sealed);
    expect(appended.map(({ type }) => type)).toEqual(['call.ended', 'recording.ready', 'recording.checked']);
    await second.close();
  });

  it('keeps a recording that was cut short in mid-call back until its call has ended', async () => {
    const journal = await open();
    const facts = new FakeFacts();
    const recovery = new CrashRecovery(journal, facts, () => Promise.resolve(null));
    await recovery.run();
    const tell = async (fact: Fact): Promise<void> => {
      await journal.append(fact);
      recovery.noteFact(fact);
    };
    await tell({ type: 'call.dialling', callId, agentId });
    await tell({ type: 'call.answered', callId, agentId, isRecorded: true });
    await tell({ type: 'recording.failed', callId, reason: 'recorder lost' });
    recovery.noteSealed(sealed);
    expect(facts.all).toEqual([]);
    await tell({ type: 'call.ended', callId, cause: 'completed', endedBy: 'agent', sipStatus: null, talkMs: 9_000 });
    expect(facts.of('recording.ready').map(({ seconds }) => seconds)).toEqual([3]);
    expect(facts.types()).toEqual(['recording.ready', 'recording.checked']);
    await journal.close();
  });
});
