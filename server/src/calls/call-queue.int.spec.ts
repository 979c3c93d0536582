import { randomUUID } from 'node:crypto';
import type { FactEnvelope, GatewayCommand } from '#contracts/gateway.contract';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import { RESIDENT } from '#contracts/parties.contract';
import { AGENT, readyAgent } from '../fakes/agent-journey.ts';
import { eventually, StackFixture } from '../fakes/stack-fixture.ts';
import type { Call } from './call.model.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

const INSURANCE = PhoneNumber.parse('+81220001100');
const LUNCH = PhoneNumber.parse('+81220001400');
let nextNumber = 1;
const newNumber = (): PhoneNumber => PhoneNumber.parse(`+8190777700${String(nextNumber++).padStart(2, '0')}`);

const commandsOf = (stack: StackFixture, callId: CallId): GatewayCommand[] =>
  stack.gateway.commands.filter((command) => 'callId' in command && command.callId === callId);
const namesOf = (stack: StackFixture, callId: CallId): string[] => commandsOf(stack, callId).map((command) => command.type);
const saidTo = (stack: StackFixture, callId: CallId): string[][] =>
  commandsOf(stack, callId).flatMap((command) => ('sounds' in command ? [command.sounds] : []));

/** Whether a wait is said depends on who is on duty, and the other specs come and go in any order. */
const withoutWait = (sounds: string[] = []): string[] => sounds.filter((sound) => !sound.includes('queue-wait'));

const stored = async (stack: StackFixture, id: CallId): Promise<Call | null> =>
  stack.app.stores.calls.find({ kind: 'system' }, id);

async function arrive(
  stack: StackFixture,
  { from = newNumber(), to = INSURANCE, at = new Date() }: { from?: PhoneNumber | null; to?: PhoneNumber; at?: Date } = {},
): Promise<{ callId: CallId; from: PhoneNumber | null; told: FactEnvelope }> {
  const callId = CallId.parse(`in-${randomUUID()}`);
  return { callId, from, told: await stack.gateway.tell({ type: 'call.arrived', callId, from, to }, at) };
}

/** A caller for whom nobody was free and who hears music. */
async function waitingCaller(stack: StackFixture, options: Parameters<typeof arrive>[1] = {}) {
  const caller = await arrive(stack, options);
  await eventually(() => namesOf(stack, caller.callId).includes('call.pick-up'));
  await stack.gateway.tell({ type: 'call.queued', callId: caller.callId });
  await eventually(() => saidTo(stack, caller.callId).length > 0);
  return caller;
}

const hangUp = (stack: StackFixture, callId: CallId, cause: 'abandoned' | 'no-answer' = 'abandoned') =>
  stack.gateway.tell({
    type: 'call.ended',
    callId,
    cause,
    endedBy: cause === 'abandoned' ? 'resident' : 'system',
    sipStatus: null,
    talkMs: 0,
  });

describe('the inbound queue', () => {
  const stack = new StackFixture({
    queue: { announceEverySeconds: 1, ringSeconds: 1.5, overflowAfterSeconds: 1, overflow: { '09': ['04'] } },
  });
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  it('picks up, greets, understands the key for a language and says place and wait in it', async () => {
    const { callId } = await waitingCaller(stack);
    expect(saidTo(stack, callId)[0]?.[0]).toBe('ja/queue-greeting');
    await stack.gateway.tell({ type: 'call.digit', callId, party: RESIDENT, digit: '3' });
    await eventually(() => saidTo(stack, callId).length === 2);
    expect(withoutWait(saidTo(stack, callId)[1])).toEqual(['vi/language-chosen', 'vi/queue-position-1', 'vi/queue-hold']);
    await stack.gateway.tell({ type: 'call.announced', callId, party: RESIDENT, sound: 'vi/queue-hold' });
    await eventually(() => saidTo(stack, callId).length === 3);
    expect(withoutWait(saidTo(stack, callId)[2])).toEqual(['vi/queue-position-1', 'vi/queue-hold']);
    expect((await stored(stack, callId))?.language).toBe('vi');
    await hangUp(stack, callId);
  });

  it('goes on where it stood after a restart, and does nothing twice when facts are told again', async () => {
    const { callId, told } = await waitingCaller(stack);
    const digit = await stack.gateway.tell({ type: 'call.digit', callId, party: RESIDENT, digit: '2' });
    await eventually(() => saidTo(stack, callId).length === 2);
    await stack.stopApp();
    for (const envelope of [told, digit]) await stack.gateway.publish(envelope);
    await stack.gateway.tell({ type: 'call.announced', callId, party: RESIDENT, sound: 'en/queue-hold' });
    await stack.startApp();
    await eventually(() => saidTo(stack, callId).length >= 3);
    expect(saidTo(stack, callId)[2]?.[0]).toBe('en/queue-position-1');
    expect(namesOf(stack, callId).filter((name) => name === 'call.pick-up').length).toBe(1);
    await hangUp(stack, callId);
  });

  it('serves whoever arrived while no server ran, and asks again for a pick-up that was never heard of', async () => {
    await stack.stopApp();
    const { callId } = await arrive(stack);
    await stack.startApp();
    await eventually(() => namesOf(stack, callId).includes('call.pick-up'));
    await stack.stopApp();
    await stack.startApp();
    await eventually(() => namesOf(stack, callId).filter((name) => name === 'call.pick-up').length === 2, 12_000);
    await hangUp(stack, callId);
    await eventually(async () => (await stored(stack, callId))?.phase === 'done');
  }, 30_000);

  it('moves on when a call rings in vain, and the agent is away until they choose ready', async () => {
    const desk = await readyAgent(stack);
    await desk.send('agent:set-state', { state: 'ready' });
    const { callId } = await arrive(stack);
    await eventually(() => namesOf(stack, callId).includes('call.offer'));
    expect(namesOf(stack, callId)).not.toContain('call.pick-up');
    await eventually(() => namesOf(stack, callId).includes('call.pick-up'));
    expect(desk.agents.at(-1)).toEqual(jasmine.objectContaining({ state: 'away', awayReason: 'missed-call' }));
    await stack.gateway.tell({ type: 'call.queued', callId });
    await desk.send('agent:set-state', { state: 'ready' });
    await eventually(() => namesOf(stack, callId).filter((name) => name === 'call.offer').length === 2);
    expect(desk.agents.find((view) => view.state === 'ready' && view.awayReason === null)).toBeDefined();
    await hangUp(stack, callId);
    await eventually(() => desk.latest(callId)?.phase === 'done');
    desk.close();
    await stack.gateway.phoneGone(AGENT);
  });

  it('puts a call that an agent gave back before everybody who waits', async () => {
    const waiting = await waitingCaller(stack);
    const { callId } = await waitingCaller(stack);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: UserId.parse('k1215'), isRecorded: true });
    await stack.gateway.tell({ type: 'call.owner-changed', callId, agentId: null, party: null });
    const queued = await stack.gateway.tell({ type: 'call.queued', callId });
    await eventually(async () => (await stored(stack, callId))?.phase === 'queued');
    await stack.gateway.publish(queued);
    await eventually(() => saidTo(stack, callId).some((sounds) => sounds.includes('ja/queue-position-1')));
    await stack.gateway.tell({ type: 'call.announced', callId: waiting.callId, party: RESIDENT, sound: 'ne/language-choice' });
    await eventually(() => saidTo(stack, waiting.callId).some((sounds) => sounds.includes('ja/queue-position-2')));
    expect((await stored(stack, callId))?.queueing.since).toBe(queued.at);
    for (const one of [waiting.callId, callId]) await hangUp(stack, one);
  });

  it('is offered to other agents after a while where they have the right', async () => {
    const tax = await stack.desk('k1212');
    const { callId } = await arrive(stack, { to: LUNCH });
    await eventually(() => namesOf(stack, callId).includes('call.pick-up'));
    await stack.gateway.phoneReady('k1212');
    await eventually(() => namesOf(stack, callId).includes('call.offer'));
    await eventually(() => tax.latest(callId)?.phase === 'offered');
    expect((await tax.send('call:answer', { callId })).ok).toBeTrue();
    await hangUp(stack, callId);
    tax.close();
    await stack.gateway.phoneGone('k1212');
  });
});
