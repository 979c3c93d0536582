import { CallId, PhoneNumber } from '#contracts/ids.contract';
import { AGENT, dial, endCall, readyAgent } from '../fakes/agent-journey.ts';
import { PASSWORD, StackFixture } from '../fakes/stack-fixture.ts';

jasmine.DEFAULT_TIMEOUT_INTERVAL = 60_000;

describe('what a journey leaves behind', () => {
  const stack = new StackFixture();
  beforeAll(() => stack.start());
  afterAll(() => stack.stop());

  beforeAll(async () => {
    const desk = await readyAgent(stack);
    await desk.fetch('GET', '/api/cases/today');
    await desk.fetch('GET', '/api/cases/case-0001');
    await desk.send('call:dial', { requestId: '月末に納付' });
    const { callId } = await dial(desk);
    await stack.gateway.tell({ type: 'call.answered', callId, agentId: AGENT, isRecorded: true });
    await desk.send('call:save-draft', { callId, note: '月末に納付', resultCode: null, contents: [] });
    await desk.send('call:send-digits', { callId, digits: '090000000412' });
    const from = PhoneNumber.parse('+819000000010');
    await stack.gateway.tell({
      type: 'call.arrived',
      callId: CallId.parse('in-journey'),
      from,
      to: PhoneNumber.parse('+81220001100'),
    });
    await stack.gateway.tell({ type: 'phone.registered', userId: AGENT, address: '192.0.2.1' });
    await stack.gateway.tell({ type: 'phone.refused', username: 'deadbeef', address: '192.0.2.9', reason: 'foreign-address' });
    await stack.visitor().logIn('k1207', '月末に納付');
    await endCall(stack, desk, callId, '11');
  });

  it('is one unbroken chain of entries, one for each thing that was done', async () => {
    const entries = await stack.app.stores.audit.listFrom(1, 10_000);
    expect(entries.map((entry) => entry.sequence)).toEqual(entries.map((_, index) => index + 1));
    const outcomes = (action: string): string[] =>
      entries.filter((entry) => entry.action === action).map((entry) => entry.outcome);
    expect(outcomes('call.dial')).toEqual(['refused:request.invalid', 'done']);
    expect(outcomes('session.log-in')).toEqual(['done', 'refused:session.wrong-credentials']);
    expect(outcomes('phone.register')).toEqual(['done', 'refused:foreign-address']);
    expect(outcomes('call.save-result')).toEqual(['done']);
  });

  it('names the case and not the person in the audit entries', async () => {
    const entries = await stack.app.stores.audit.listFrom(1, 10_000);
    expect(entries.find((entry) => entry.action === 'case.open')).toEqual(
      jasmine.objectContaining({ actorId: AGENT, subject: 'case-0001', address: '127.0.0.1' }),
    );
    expect(personalDataIn(JSON.stringify(entries))).toEqual([]);
  });

  it('is a log without a name, a number, a note or a password', () => {
    const log = stack.logLines.join('\n');
    for (const sentence of ['A request was answered.', 'A command was answered.', 'A command was refused.'])
      expect(log).toContain(sentence);
    expect(personalDataIn(log)).toEqual([]);
  });

  it('would have caught them', () => {
    expect(personalDataIn('{"to":"+819000000010","note":"月末に納付"}').length).toBe(2);
  });
});

/** Whatever of residents, notes or secrets stands in a text. */
function personalDataIn(text: string): string[] {
  const patterns = [
    /\+81\d{6,}/,
    /0[5-9]0-?\d{4}-?\d{4}/,
    /022-?000-?\d{4}/,
    /sip:/i,
    /月末に納付/,
    /[ァ-ヶ]{2,}　/,
    /仙台市(青葉|宮城野|若林|太白|泉)区/,
    new RegExp(PASSWORD),
    /\d{4}-\d{2}-\d{2}"?,"ward/,
  ];
  return patterns.flatMap((pattern) => pattern.exec(text)?.slice(0, 1) ?? []);
}
