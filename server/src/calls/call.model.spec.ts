import type { EndCause } from '#contracts/call-results.contract';
import type { Fact } from '#contracts/gateway.contract';
import { applyFact as applyTold, type CallFact } from './call-fact.model.ts';
import { endAsUnknown, failBeforeDialling, newInboundCall, newOutboundCall, suggestResult, type Call } from './call.model.ts';
import { aCall, anInboundCall, AGENT, CALL } from './call.factory.ts';

const at = '2026-11-24T02:00:00.000Z';
const later = '2026-11-24T02:01:00.000Z';
const callId = CALL;
const ended = (
  cause: EndCause,
  endedBy: 'agent' | 'resident' | 'system' = 'resident',
  talkMs = 0,
): Extract<Fact, { type: 'call.ended' }> => ({
  type: 'call.ended',
  callId,
  cause,
  endedBy,
  talkMs,
  sipStatus: null,
});
const answered = { type: 'call.answered', callId, agentId: AGENT, isRecorded: true } as const;
const recorded = (seconds: number): Extract<Fact, { type: 'recording.ready' }> => ({
  type: 'recording.ready',
  callId,
  file: 'a.recording',
  seconds,
  channels: ['agent', 'resident'],
  sha256: 'a'.repeat(64),
  concealedFrames: [0, 0],
  startedAt: at,
  sealedBytes: 9_000,
  chain: { number: 1, link: 'b'.repeat(64) },
});
const applyFact = (call: Call, fact: CallFact, when: string): Call => applyTold(call, fact, { at: when, name: '佐藤 美咲' });
const talk = (): Call => applyFact(aCall(), answered, at);

describe('an outbound call', () => {
  it('rings, talks and goes to wrap-up', () => {
    const ringing = applyFact(aCall(), { type: 'call.ringing', callId }, at);
    const talking = applyFact(ringing, answered, at);
    const over = applyFact(talking, ended('completed', 'agent', 60_000), later);
    expect([ringing.phase, talking.phase, over.phase]).toEqual(['ringing', 'talking', 'wrap-up']);
    expect([talking.recording.state, over.recording.state]).toEqual(['recording', 'saving']);
    expect([over.answeredAt, over.endedAt, over.talkMs]).toEqual([at, later, 60_000]);
  });

  it('goes to wrap-up when nobody answered', () => {
    expect(applyFact(aCall(), ended('busy'), at).phase).toBe('wrap-up');
  });

  it('is done with when it never reached the gateway', () => {
    const failed = failBeforeDialling(aCall(), at);
    expect([failed.phase, failed.cause]).toEqual(['done', 'failed']);
  });

  it('ignores facts that come late or twice', () => {
    const talking = talk();
    expect(applyFact(talking, { type: 'call.ringing', callId }, later)).toBe(talking);
    expect(applyFact(talking, answered, later)).toBe(talking);
    const over = applyFact(talking, ended('completed'), later);
    expect(applyFact(over, ended('busy'), later)).toBe(over);
    expect(applyFact(over, answered, later)).toBe(over);
  });

  it('keeps a recording that arrives after everything else', () => {
    const done: Call = { ...applyFact(talk(), ended('completed'), later), phase: 'done' };
    const ready = applyFact(done, recorded(60), later);
    expect(ready.recording.state).toBe('ready');
    expect(ready.phase).toBe('done');
    expect(applyFact(ready, { type: 'recording.failed', callId, reason: 'late' }, later)).toBe(ready);
  });
});

describe('a recording that lacks a part', () => {
  const failed = { type: 'recording.failed', callId, reason: 'disk' } as const;
  const kept = (call: Call): unknown[] => [call.recording.state, call.recording.file];

  it('can be played and stays failed when its file comes after the failure', () => {
    const broken = applyFact(applyFact(talk(), failed, at), ended('completed', 'resident', 60_000), later);
    expect(kept(applyFact(broken, recorded(60), later))).toEqual(['failed', 'a.recording']);
    expect(kept(applyFact(applyFact(broken, recorded(60), later), recorded(60), later))).toEqual(['failed', 'a.recording']);
  });

  it('is failed when its file comes while the call goes on', () => {
    const cut = applyFact(talk(), recorded(3), later);
    expect(kept(cut)).toEqual(['failed', 'a.recording']);
    expect(kept(applyFact(cut, ended('completed', 'resident', 60_000), later))).toEqual(['failed', 'a.recording']);
  });
});

describe('the talk time', () => {
  it('is what was recorded when a crashed gateway does not know it', () => {
    const over = applyFact(talk(), ended('gateway-lost', 'system', 0), later);
    expect(applyFact(over, recorded(42.4), later).talkMs).toBe(42_400);
    const unanswered = applyFact(aCall(), ended('gateway-lost', 'system', 0), later);
    expect(applyFact(unanswered, recorded(42.4), later).talkMs).toBe(0);
  });

  it('is what the gateway says otherwise', () => {
    const over = applyFact(talk(), ended('completed', 'agent', 60_000), later);
    expect(applyFact(over, recorded(42.4), later).talkMs).toBe(60_000);
  });
});

describe('a call that the gateway does not know', () => {
  it('is over at once: done when it never began, to be written up otherwise', () => {
    const never = endAsUnknown(aCall(), later);
    const lost = endAsUnknown(talk(), later);
    expect([never.phase, never.cause, never.endedBy]).toEqual(['done', 'failed', 'system']);
    expect([lost.phase, lost.cause, lost.endedBy, lost.talkMs]).toEqual(['wrap-up', 'failed', 'system', 60_000]);
    expect(endAsUnknown(lost, later)).toBe(lost);
  });

  it('takes the gateway’s own word about its end, which comes later', () => {
    const corrected = applyFact(endAsUnknown(talk(), later), ended('completed', 'resident', 59_000), later);
    expect([corrected.phase, corrected.cause, corrected.endedBy, corrected.talkMs]).toEqual([
      'wrap-up',
      'completed',
      'resident',
      59_000,
    ]);
    expect(applyFact(corrected, ended('busy'), later)).toBe(corrected);
  });
});

describe('an inbound call', () => {
  it('is done with when the caller gives up', () => {
    const given = applyFact(anInboundCall(), ended('abandoned'), at);
    expect([given.phase, given.cause]).toEqual(['done', 'abandoned']);
  });

  it('belongs to whoever answered it', () => {
    const talking = applyFact(anInboundCall(), answered, at);
    expect([talking.phase, talking.agentId]).toEqual(['talking', AGENT]);
    expect(applyFact(talking, ended('completed'), later).phase).toBe('wrap-up');
  });

  it('starts without an agent, an outbound one with its agent', () => {
    expect(newInboundCall({ ...anInboundCall() }).agentId).toBeNull();
    expect(newOutboundCall({ ...aCall(), agentId: AGENT, caseId: aCall().caseId!, phoneId: aCall().phoneId! }).agentId).toBe(
      AGENT,
    );
  });
});

describe('the suggested result', () => {
  const suggestion = (cause: EndCause): string | null => suggestResult(applyFact(aCall(), ended(cause), at));

  it('follows the cause when nobody answered', () => {
    expect((['busy', 'no-answer', 'unallocated', 'rejected', 'unreachable', 'cancelled'] as const).map(suggestion)).toEqual([
      '34',
      '31',
      '41',
      '36',
      '35',
      '71',
    ]);
  });

  it('is left open when something failed', () => {
    expect((['agent-lost', 'gateway-lost', 'failed'] as const).map(suggestion)).toEqual([null, null, null]);
  });

  it('is a contact with the resident once two items of identity match', () => {
    const identified: Call = { ...talk(), identity: { name: 'match', 'birth-date': 'match' } };
    expect(suggestResult(applyFact(identified, ended('completed'), later))).toBe('11');
  });

  it('tells by who hung up otherwise', () => {
    const oneItem: Call = { ...talk(), identity: { name: 'match', address: 'mismatch' } };
    expect(suggestResult(applyFact(oneItem, ended('completed', 'agent'), later))).toBe('21');
    expect(suggestResult(applyFact(talk(), ended('completed', 'resident'), later))).toBe('51');
  });

  it('is none while the call goes on', () => {
    expect(suggestResult(talk())).toBeNull();
  });
});
