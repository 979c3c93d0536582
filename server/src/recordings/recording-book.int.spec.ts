import { execFile } from 'node:child_process';
import { verify as verifySignature } from 'node:crypto';
import { access, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { CallId } from '#contracts/ids.contract';
import type { Problem } from '#contracts/problem.contract';
import type { RecordingAlarm, RecordingCapacity, RecordingPage, RecordingView, SearchRecordings } from '#contracts/recordings.contract';
import { AGENT, dial, endCall, readyAgent } from '../fakes/agent-journey.ts';
import type { Desk } from '../fakes/desk.ts';
import { SAMPLE_SOUND, sealSample, type SealedSample } from '../fakes/sealed-sample.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

const run = promisify(execFile);
const everything: SearchRecordings = {
  from: null,
  until: null,
  agentId: null,
  categoryCode: null,
  hasGap: false,
  isHeld: false,
  page: 0,
};

describe('the book of recordings', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  /** A call that was recorded, sealed and checked. */
  async function recordCall(sample: Omit<SealedSample, 'callId'> = {}, gapSeconds = 0): Promise<CallId> {
    const desk = await readyAgent(stack);
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await endCall(stack, desk, callId);
    await stack.gateway.tell(await sealSample(stack, { callId, ...sample }));
    const gaps = gapSeconds === 0 ? [] : [{ kind: 'not-written' as const, channel: null, atSeconds: 0, seconds: gapSeconds }];
    const told = await stack.gateway.tell({ type: 'recording.checked', callId, isComplete: gapSeconds === 0, gaps, missingPackets: [0, 0] });
    await eventually(async () => (await stack.gateway.watermark()) >= told.number);
    desk.close();
    return callId;
  }

  const search = async (desk: Desk, filter: Partial<SearchRecordings> = {}): Promise<RecordingPage> =>
    (await desk.fetch('POST', '/api/recordings/search', { body: { ...everything, ...filter } })).body as RecordingPage;

  const found = async (desk: Desk, filter: Partial<SearchRecordings>): Promise<CallId[]> =>
    (await search(desk, filter)).rows.map((row) => row.callId);

  it('lists recordings to supervisors and managers by day, agent, category and gap, and not to agents', async () => {
    const [whole, broken] = [await recordCall(), await recordCall({}, 1.5)];
    const supervisor = await stack.desk('k2001');
    const page = await search(supervisor);
    const row = page.rows.find(({ callId }) => callId === broken);
    expect([row?.check, row?.agent?.name, row?.channels]).toEqual(['gap', '佐藤 美咲', ['agent', 'resident']]);
    expect(page.total).toBeGreaterThanOrEqual(2);
    const withGap = await found(supervisor, { hasGap: true });
    expect([withGap.includes(broken), withGap.includes(whole)]).toEqual([true, false]);
    const today = new Date(Date.now() + 9 * 3_600_000).toISOString().slice(0, 10);
    expect(await found(supervisor, { from: today, until: today, agentId: AGENT, categoryCode: row?.category.code ?? null })).toContain(whole);
    expect(await found(supervisor, { until: '2020-01-01' })).toEqual([]);
    expect(await found(supervisor, { agentId: 'k1215' as typeof AGENT })).toEqual([]);
    const [manager, agent] = [await stack.desk('k3001'), await stack.desk(AGENT)];
    expect((await search(manager)).total).toBe(page.total);
    expect((await agent.fetch('POST', '/api/recordings/search', { body: everything })).status).toBe(403);
    expect((await manager.fetch('GET', `/api/calls/${whole}/recording`)).status).toBe(403);
    for (const desk of [supervisor, manager, agent]) desk.close();
  });

  it('shows what a player needs, and plays any range without writing it anywhere', async () => {
    const marks = [{ kind: 'promise-made' as const, atSeconds: 0.5, seconds: 0, reason: null }];
    const callId = await recordCall({ change: { marks } });
    const supervisor = await stack.desk('k2001');
    const view = (await supervisor.fetch('GET', `/api/calls/${callId}/recording/description`)).body as RecordingView;
    expect(view.marks).toEqual(marks);
    expect(view.channels.map(({ name, peaks }) => [name, peaks.length])).toEqual([
      ['agent', 2],
      ['resident', 2],
    ]);
    const get = (range: string) => supervisor.fetch('GET', `/api/calls/${callId}/recording`, { headers: { range } });
    const [whole, end, beyond] = [await get('bytes=0-'), await get('bytes=-3'), await get('bytes=999-')];
    expect([whole.status, String(whole.body), end.status, String(end.body), beyond.status]).toEqual([206, SAMPLE_SOUND, 206, '789', 416]);
    expect(end.headers.get('content-range')).toBe('bytes 7-9/10');
    supervisor.close();
  });

  it('tells damage from absence', async () => {
    const callId = await recordCall();
    const file = await open(join(stack.recordings, `${callId}.recording`), 'r+');
    await file.write(Buffer.from([1, 2, 3]), 0, 3, 300);
    await file.close();
    const supervisor = await stack.desk('k2001');
    const answer = await supervisor.fetch('GET', `/api/calls/${callId}/recording`);
    expect([answer.status, (answer.body as Problem).code]).toEqual([500, 'recording.damaged']);
    supervisor.close();
  });

  it('exports one recording with a certificate that openssl accepts, and refuses it to others', async () => {
    const callId = await recordCall();
    const [supervisor, manager] = [await stack.desk('k2001'), await stack.desk('k3001')];
    const answer = await fetch(`http://127.0.0.1:${stack.app.port}/api/calls/${callId}/recording/export`, {
      headers: { cookie: supervisor.cookie },
    });
    expect([answer.status, answer.headers.get('content-disposition')]).toEqual([200, `attachment; filename=recording-${callId}.zip`]);
    const folder = await mkdtemp(join(tmpdir(), 'export-'));
    try {
      await writeFile(join(folder, 'export.zip'), Buffer.from(await answer.arrayBuffer()));
      await run('python3', ['-m', 'zipfile', '-e', 'export.zip', '.'], { cwd: folder });
      const { readFile } = await import('node:fs/promises');
      const [sound, json, signature, publicKey, text] = await Promise.all(
        ['sound.ogg', 'certificate.json', 'certificate.sig', 'public-key.pem', 'certificate.txt'].map((name) => readFile(join(folder, name))),
      );
      expect(String(sound)).toBe(SAMPLE_SOUND);
      expect(JSON.parse(String(json))).toEqual(jasmine.objectContaining({ recording: callId, exportedBy: 'k2001', seconds: 1 }));
      expect(String(text)).toContain(callId);
      expect(verifySignature(null, json ?? Buffer.alloc(0), publicKey ?? '', signature ?? Buffer.alloc(0))).toBeTrue();
      const check = ['pkeyutl', '-verify', '-pubin', '-inkey', 'public-key.pem', '-rawin', '-in', 'certificate.json', '-sigfile', 'certificate.sig'];
      expect((await run('openssl', check, { cwd: folder })).stdout).toContain('Verified');
    } finally {
      await rm(folder, { recursive: true });
    }
    expect((await manager.fetch('GET', `/api/calls/${callId}/recording/export`)).status).toBe(403);
    for (const desk of [supervisor, manager]) desk.close();
  });

  it('keeps what is held, deletes what is past its time, and audits every playback, export and deletion', async () => {
    const [kept, gone] = [await recordCall(), await recordCall()];
    const [supervisor, manager] = [await stack.desk('k2001'), await stack.desk('k3001')];
    await supervisor.fetch('GET', `/api/calls/${gone}/recording`);
    await supervisor.fetch('GET', `/api/calls/${gone}/recording/export`);
    expect((await manager.fetch('POST', `/api/recordings/${kept}/holds`, { body: { kind: 'litigation', isHeld: true } })).status).toBe(200);
    expect(await found(manager, { isHeld: true })).toEqual([kept]);
    expect(((await manager.fetch('DELETE', `/api/recordings/${kept}`)).body as Problem).code).toBe('recording.held');
    expect((await supervisor.fetch('DELETE', `/api/recordings/${gone}`)).status).toBe(403);
    const { recordings, audit } = stack.app.stores;
    const { features } = stack.app;
    const all = await recordings.search({ kind: 'system' }, { ...everything, from: null, until: null }, 0);
    expect(await features.recordingUpkeep.deleteExpired()).toBe(0);
    const later = new Date(Date.now() + 1826 * 86_400_000);
    jasmine.clock().install().mockDate(later);
    try {
      expect(await features.recordingUpkeep.deleteExpired()).toBe(all.total - 1);
    } finally {
      jasmine.clock().uninstall();
    }
    expect(await found(manager, {})).toEqual([kept]);
    await access(join(stack.recordings, `${kept}.recording`));
    await expectAsync(access(join(stack.recordings, `${gone}.recording`))).toBeRejected();
    expect(((await supervisor.fetch('GET', `/api/calls/${gone}/recording`)).body as Problem).code).toBe('recording.purged');
    await manager.fetch('POST', `/api/recordings/${kept}/holds`, { body: { kind: 'litigation', isHeld: false } });
    expect((await manager.fetch('DELETE', `/api/recordings/${kept}`)).status).toBe(204);
    const entries = (await audit.listFrom(1, 100_000)).filter(({ subject }) => subject === gone || subject === kept);
    const actions = entries.map(({ action, actorId, outcome }) => `${action} ${actorId} ${outcome}`);
    for (const expected of [
      'recording.play k2001 done',
      'recording.export k2001 done',
      'recording.hold k3001 done',
      'recording.purge k3001 refused:recording.held',
      'recording.purge k2001 refused:access.denied',
      'recording.expire null done',
      'recording.play k2001 refused:recording.purged',
      'recording.purge k3001 done',
    ])
      expect(actions).toContain(expected);
    expect(entries.find(({ action }) => action === 'recording.play')?.address).not.toBe('');
    for (const desk of [supervisor, manager]) desk.close();
  });

  it('raises alarms on supervisors’ screens until they are acknowledged or over', async () => {
    const supervisor = await stack.desk('k2001');
    const agent = await stack.desk('k1215');
    const news: RecordingAlarm[][] = [];
    supervisor.socket.on('recordings:alarms', (alarms: RecordingAlarm[]) => news.push(alarms));
    const kinds = (): string[] | undefined => news.at(-1)?.map(({ kind }) => kind);
    const watching = await supervisor.send('recordings:watch', {});
    expect(watching.ok).toBeTrue();
    expect((await agent.send('recordings:watch', {})).ok).toBeFalse();
    // `send` types its reply for calls.
    for (const alarm of watching.ok ? (watching.data as unknown as RecordingAlarm[]) : [])
      await supervisor.fetch('POST', `/api/recordings/alarms/${encodeURIComponent(alarm.id)}/acknowledge`);
    await stack.gateway.tell({ type: 'recording.disk', level: 'low', freePct: 18 });
    await eventually(() => kinds()?.join() === 'disk-low');
    await stack.gateway.tell({ type: 'recording.disk', level: 'full', freePct: 2.9 });
    await eventually(() => kinds()?.join() === 'disk-full');
    expect(news.at(-1)?.[0]?.freePct).toBe(2.9);
    await stack.gateway.tell({ type: 'recording.disk', level: 'ok', freePct: 40 });
    await eventually(() => kinds()?.length === 0);
    const broken = await recordCall({}, 2);
    await eventually(() => kinds()?.join() === 'gap');
    expect(news.at(-1)?.[0]).toEqual(jasmine.objectContaining({ callId: broken, seconds: 2 }));
    const id = encodeURIComponent(news.at(-1)?.[0]?.id ?? '');
    expect((await agent.fetch('POST', `/api/recordings/alarms/${id}/acknowledge`)).status).toBe(403);
    expect((await supervisor.fetch('POST', `/api/recordings/alarms/${id}/acknowledge`)).body).toEqual([]);
    for (const desk of [supervisor, agent]) desk.close();
  });

  it('shows what fits, since when and until when', async () => {
    await recordCall({ seconds: 3600 });
    const manager = await stack.desk('k3001');
    const capacity = (await manager.fetch('GET', '/api/recordings/capacity')).body as RecordingCapacity;
    expect([capacity.plannedHours, capacity.seats, capacity.hoursPerSeat]).toEqual([3200, 32, 100]);
    expect(capacity.storedHours).toBeGreaterThanOrEqual(1);
    expect(capacity.diskTotalBytes).toBeGreaterThan(capacity.diskFreeBytes);
    expect(capacity.possibleHours).toBeGreaterThan(capacity.storedHours);
    expect(capacity.newest).not.toBeNull();
    expect(capacity.retentionDays[0]?.days).toBe(1825);
    manager.close();
  });
});
