import fc from 'fast-check';
import {
  FIRST_AGENT,
  Play,
  RESIDENT,
  agent,
  agentId,
  answered,
  callId,
  closed,
  dialling,
  down,
  guest,
  inbound,
  invitation,
  line,
  otherAgent,
  outbound,
  receipt,
  resident,
  ringing,
  supervisorId,
  talkingInbound,
  talkingOutbound,
  toNumber,
  up,
  watcher,
} from './call-play.factory.ts';
import { step } from './call-machine.ts';
import { phonesOf } from './call.model.ts';
import type { CallEventKind, CallState } from './call.model.ts';

const stopped: CallEventKind = { type: 'recording-stopped', receipt };

describe('the call machine, outbound', () => {
  it('dials, rings, talks, records and ends', () => {
    const play = talkingOutbound();
    expect(play.state.phase).toBe('talking');
    play.on(line(down('hung-up')), stopped, closed);
    expect(play.state.phase).toBe('ended');
    expect(play.factTypes).toEqual(['call.dialling', 'call.ringing', 'call.answered', 'call.ended', 'recording.closed']);
    expect(play.factsOf('call.ended')).toEqual([
      jasmine.objectContaining({ cause: 'completed', endedBy: 'resident', sipStatus: null, talkMs: 200 }),
    ]);
  });

  it('starts the recording before the parties hear one another', () => {
    const play = new Play(outbound()).on(dialling, answered);
    const before = play.commands.length;
    play.on(up);
    expect(play.commands.slice(before).map(({ type }) => type)).toEqual(['start-recording', 'hear']);
    expect(play.of('start-recording')[0]?.channels).toEqual([
      { name: 'agent', leg: agent },
      { name: 'resident', leg: resident },
    ]);
  });

  it('plays ringback only when the network plays none', () => {
    expect(new Play(outbound()).on(dialling, ringing).hears(agent)).toBe('ringback');
    const play = new Play(outbound()).on(dialling, line({ type: 'ringing', isSilent: false }));
    expect(play.hears(agent)).toBe('nothing yet');
    expect(play.on(line({ type: 'early' })).hears(agent)).toBe(resident);
    expect(play.hears(resident)).toBe('nothing yet');
  });

  it('tells why a call was refused, with the SIP status', () => {
    const play = new Play(outbound()).on(dialling, line(down('refused', 486)), closed);
    expect(play.factsOf('call.ended')[0]).toEqual(
      jasmine.objectContaining({ cause: 'busy', endedBy: 'resident', sipStatus: 486, talkMs: 0 }),
    );
    expect(play.state.phase).toBe('ended');
  });

  it('ends as no-answer when the ringing was in vain', () => {
    const play = new Play(outbound()).on(dialling, ringing, line(down('no-answer')), closed);
    expect(play.factsOf('call.ended')[0]).toEqual(jasmine.objectContaining({ cause: 'no-answer', endedBy: 'system' }));
    expect(play.hears(agent)).toBe('');
  });

  it('closes the line when the agent hangs up or is lost while it rings', () => {
    const play = new Play(outbound()).on(dialling, ringing, { type: 'hang-up' });
    expect(play.factsOf('call.ended')[0]?.cause).toBe('cancelled');
    expect(play.count('close-line')).toBe(1);
    expect(play.state.phase).toBe('ending');
    expect(play.on(closed).state.phase).toBe('ended');
    const lost = new Play(outbound()).on(dialling, ringing, { type: 'phone-lost', userId: agentId });
    expect(lost.factsOf('call.ended')[0]?.cause).toBe('agent-lost');
  });

  it('never records before the answer, nor a call that shall not be recorded', () => {
    expect(new Play(outbound()).on(dialling, ringing, line({ type: 'early' })).count('start-recording')).toBe(0);
    const play = talkingOutbound(false).on({ type: 'hang-up' }, closed);
    expect(play.count('start-recording') + play.count('stop-recording')).toBe(0);
    expect(play.state.phase).toBe('ended');
  });
});

describe('the call machine, inbound', () => {
  it('rings, is offered, answered, recorded and ended by the caller', () => {
    const play = talkingInbound().on(line(down('hung-up')), stopped, closed);
    expect(play.factTypes).toEqual(['call.arrived', 'call.offered', 'call.answered', 'call.ended', 'recording.closed']);
    expect(play.count('accept-line')).toBe(1);
    expect(play.state.phase).toBe('ended');
  });

  it('is picked up without an agent: the caller hears music, and an agent who answers is there at once', () => {
    const play = new Play(inbound()).on({ type: 'pick-up' }, answered, up);
    expect(play.hears(resident)).toBe('music');
    play.on({ type: 'offer', agentId }, { type: 'answer', agentId });
    expect(play.hears(resident)).toBe(agent);
    expect(play.factTypes).toEqual(['call.arrived', 'call.queued', 'call.offered', 'call.answered']);
    expect(play.count('accept-line')).toBe(1);
  });

  it('is abandoned when the caller gives up while waiting', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, line(down('abandoned')), closed);
    expect(play.factsOf('call.ended')[0]).toEqual(jasmine.objectContaining({ cause: 'abandoned', endedBy: 'resident' }));
    expect(play.state.phase).toBe('ended');
    const queued = new Play(inbound()).on({ type: 'pick-up' }, answered, up, line(down('hung-up')), closed);
    expect(queued.factsOf('call.ended')[0]?.cause).toBe('abandoned');
  });

  it('is refused with 480 when nobody is named in time', () => {
    const play = new Play(inbound()).on({ type: 'timer-fired', timer: 'wait' });
    expect(play.of('close-line')).toEqual([{ type: 'close-line', party: RESIDENT, status: 480 }]);
    expect(play.on(closed).state.phase).toBe('ended');
  });

  it('can be answered by nobody but the agent it was offered to', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId: otherAgent });
    expect(play.count('accept-line')).toBe(0);
    expect(phonesOf(play.state)).toEqual([agentId]);
  });

  it('waits for another agent when the offered one is lost, even with the 200 OK on its way', () => {
    const play = new Play(inbound()).on(
      { type: 'offer', agentId },
      { type: 'answer', agentId },
      { type: 'phone-lost', userId: agentId },
    );
    expect(phonesOf(play.state)).toEqual([]);
    play.on(answered, up);
    expect(play.state.phase).toBe('waiting');
    expect(play.hears(resident)).toBe('music');
    expect(play.factTypes).not.toContain('call.ended');
  });

  it('takes an offer back', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'withdraw', agentId });
    expect(phonesOf(play.state)).toEqual([]);
    expect(play.on({ type: 'offer', agentId: otherAgent }).factsOf('call.offered').length).toBe(2);
  });

  it('says good-bye before it sends a caller away, picking up first when it must', () => {
    const play = new Play(inbound()).on({ type: 'dismiss', sounds: ['ja/closed'] });
    expect(play.count('announce')).toBe(0);
    play.on(answered, up);
    expect(play.of('announce')).toEqual([{ type: 'announce', party: RESIDENT, leg: resident, sounds: ['ja/closed'] }]);
    play.on({ type: 'announced', party: RESIDENT, sound: 'ja/closed' });
    expect(play.factsOf('call.ended')[0]).toEqual(jasmine.objectContaining({ cause: 'no-answer', endedBy: 'system' }));
  });

  it('does not offer a caller it is sending away', () => {
    const play = new Play(inbound()).on({ type: 'dismiss', sounds: ['ja/closed'] }, { type: 'offer', agentId });
    expect(play.factTypes).not.toContain('call.offered');
  });

  it('tells which keys a waiting caller presses', () => {
    const play = new Play(inbound()).on({ type: 'pick-up' }, answered, up, { type: 'digit', party: RESIDENT, digit: '2' });
    expect(play.factsOf('call.digit')).toEqual([{ type: 'call.digit', callId, party: RESIDENT, digit: '2' }]);
  });
});

describe('the call machine, while talking', () => {
  it('ignores a duplicate end', () => {
    const play = talkingOutbound().on(line(down('hung-up')), line(down('hung-up')), { type: 'hang-up' });
    expect(play.factsOf('call.ended').length).toBe(1);
    expect(play.count('stop-recording')).toBe(1);
  });

  it('keeps the call when the recorder fails, and says so once', () => {
    const play = talkingOutbound().on(
      { type: 'recording-failed', reason: 'disk full' },
      { type: 'recording-failed', reason: 'again' },
    );
    expect(play.state.phase).toBe('talking');
    play.on({ type: 'hang-up' }, closed);
    expect(play.factsOf('recording.failed').length).toBe(1);
    expect(play.count('stop-recording')).toBe(0);
    expect(play.state.phase).toBe('ended');
  });

  it('ends as failed when the line or the mixer fails', () => {
    for (const event of [line(down('failed')), { type: 'hearing-failed' } as const]) {
      const play = talkingOutbound().on(event, stopped, closed);
      expect(play.factsOf('call.ended')[0]).toEqual(jasmine.objectContaining({ cause: 'failed', endedBy: 'system' }));
      expect(play.state.phase).toBe('ended');
    }
  });

  it('ends as agent-lost when the agent does not come back', () => {
    const play = talkingInbound().on({ type: 'phone-lost', userId: agentId }, stopped, closed);
    expect(play.factsOf('call.ended')[0]?.cause).toBe('agent-lost');
    expect(play.state.phase).toBe('ended');
  });

  it('keeps an agent who muted too early muted once the parties are joined', () => {
    const play = new Play(outbound()).on(dialling, answered, { type: 'mute', party: null, muted: true }, up);
    expect(play.hears(resident)).toBe('');
    expect(play.hears(agent)).toBe(resident);
  });

  it('pauses and resumes the recording, and keeps what is keyed meanwhile to itself', () => {
    const play = talkingOutbound().on(
      { type: 'pause-recording', reason: 'account-number' },
      { type: 'digit', party: RESIDENT, digit: '7' },
    );
    expect(play.factTypes).not.toContain('call.digit');
    play.on({ type: 'resume-recording' }, { type: 'digit', party: RESIDENT, digit: '1' });
    expect(play.factsOf('call.digit').map(({ digit }) => digit)).toEqual(['1']);
    expect(play.of('pause-recording').length + play.of('resume-recording').length).toBe(2);
  });

  it('gives the resident back to the queue with the recording running on', () => {
    const play = talkingOutbound().on({ type: 'requeue' });
    expect(play.state.phase).toBe('waiting');
    expect(play.hears(resident)).toBe('music');
    expect(play.hears(agent)).toBe('');
    expect(phonesOf(play.state)).toEqual([]);
    play.on({ type: 'offer', agentId: otherAgent }, { type: 'answer', agentId: otherAgent });
    expect(play.hears(resident)).toBe(`agent:${otherAgent}`);
    expect(play.count('start-recording')).toBe(1);
    expect(play.of('assign-channel').at(-1)).toEqual({ type: 'assign-channel', name: 'agent', leg: `agent:${otherAgent}` });
    expect(play.factsOf('call.answered').length).toBe(1);
    expect(play.factsOf('call.owner-changed').at(-1)?.agentId).toBe(otherAgent);
  });
});

const anyLineEvent = (party: typeof RESIDENT): fc.Arbitrary<CallEventKind> =>
  fc.constantFrom<CallEventKind>(
    line({ type: 'dialled' }, party),
    line({ type: 'ringing', isSilent: true }, party),
    line({ type: 'early' }, party),
    line({ type: 'answered' }, party),
    line({ type: 'up' }, party),
    line(down('hung-up'), party),
    line(down('refused', 486), party),
  );
const anyEvent: fc.Arbitrary<CallEventKind> = fc.oneof(
  anyLineEvent(RESIDENT),
  anyLineEvent(guest),
  fc.constantFrom<CallEventKind>(
    { type: 'pick-up' },
    { type: 'offer', agentId },
    { type: 'answer', agentId },
    { type: 'withdraw', agentId },
    { type: 'dismiss', sounds: ['ja/closed'] },
    { type: 'announced', party: RESIDENT, sound: 'ja/closed' },
    { type: 'hang-up' },
    { type: 'mute', party: null, muted: true },
    { type: 'hold', party: RESIDENT, held: true },
    { type: 'private', parties: [FIRST_AGENT, guest] },
    { type: 'private', parties: [] },
    { type: 'requeue' },
    { type: 'transfer', party: guest },
    { type: 'remove', party: guest, isDeclined: false },
    { type: 'join', party: guest },
    { type: 'supervise', party: watcher, userId: supervisorId, mode: 'listen' },
    { type: 'supervise', party: watcher, userId: supervisorId, mode: 'whisper' },
    { type: 'supervise', party: watcher, userId: supervisorId, mode: null },
    { type: 'take-over', party: watcher, userId: supervisorId },
    { type: 'timer-fired', timer: 'wait' },
    { type: 'timer-fired', timer: `invite:${guest}` },
    { type: 'recording-failed', reason: 'disk full' },
    { type: 'pause-recording', reason: 'by-hand' },
    { type: 'resume-recording' },
    { type: 'phone-lost', userId: agentId },
    { type: 'phone-lost', userId: supervisorId },
    { type: 'hearing-failed' },
  ),
  fc.constantFrom<CallEventKind>(
    invitation(),
    invitation({ entry: 'private' }),
    invitation({ entry: 'blind' }),
    invitation(toNumber),
    invitation({ ...toNumber, entry: 'blind' }),
  ),
);
const anyStart = fc
  .tuple(fc.boolean(), fc.boolean())
  .map(([isOutbound, isRecorded]) => (isOutbound ? outbound(isRecorded) : inbound(isRecorded)));
const anySequence = fc.array(anyEvent, { maxLength: 30 });
/** Most random sequences never get far: these begin in the middle of a talk. */
const anyPlay = fc.oneof(
  anyStart.map((start) => () => new Play(start)),
  fc.constantFrom(talkingInbound, () => talkingOutbound()),
);

describe('the call machine, whatever happens', () => {
  it('emits call.ended exactly once, as soon as the call is ending', () => {
    fc.assert(
      fc.property(anyPlay, anySequence, (begin, events) => {
        const play = begin().on(...events);
        const isOver = play.state.phase === 'ending' || play.state.phase === 'ended';
        expect(play.factsOf('call.ended').length).toBe(isOver ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('ends after a hang-up in any phase: every line is told to close, the recording before the lines, and every phone is free', () => {
    fc.assert(
      fc.property(anyPlay, anySequence, (begin, events) => {
        const play = begin().on(...events);
        const open = play.state.phase === 'ended' ? [] : [...play.state.lines];
        const isStanding = play.state.phase !== 'ended' && play.state.phase !== 'ending';
        const before = play.commands.length;
        play.on({ type: 'hang-up' });
        const types = play.commands.slice(before).map(({ type }) => type);
        if (isStanding) expect(types.filter((type) => type === 'close-line').length).toBe(open.length);
        if (types.includes('stop-recording')) expect(types.indexOf('stop-recording')).toBeLessThan(types.indexOf('close-line'));
        expect(phonesOf(play.state)).toEqual([]);
        if (play.count('stop-recording') > 0) play.on(stopped);
        play.on(...open.map((party) => line({ type: 'closed' }, party)));
        expect(play.state.phase).toBe('ended');
      }),
      { numRuns: 2_000 },
    );
  });

  it('starts at most one recording, only while talking, and accounts for it exactly once', () => {
    fc.assert(
      fc.property(anyPlay, anySequence, (begin, events) => {
        const play = begin().on(...events, { type: 'hang-up' }, stopped, closed, line({ type: 'closed' }, guest));
        const accounted = play.factsOf('recording.closed').length + play.factsOf('recording.failed').length;
        expect(play.count('start-recording')).toBeLessThanOrEqual(1);
        expect(accounted).toBe(play.count('start-recording'));
      }),
      { numRuns: 2_000 },
    );
  });

  it('cuts the ear of everybody who is not in the call any more', () => {
    fc.assert(
      fc.property(anyPlay, anySequence, (begin, events) => {
        const play = begin().on(...events);
        const inCall = new Set(phonesOf(play.state).map((user) => `agent:${user}`));
        const overhearing = [...play.hearing.values()].filter(
          ({ leg, from, source }) =>
            leg.startsWith('agent:') && !inCall.has(leg) && (Object.keys(from).length > 0 || source !== 'silence'),
        );
        return overhearing.length === 0;
      }),
      { numRuns: 5_000 },
    );
  });

  it('does nothing any more once ended', () => {
    fc.assert(
      fc.property(anyEvent, (event) => {
        const state: CallState = { phase: 'ended', callId };
        expect(step(state, { ...event, atMs: 0 })).toEqual({ state, commands: [] });
      }),
    );
  });
});
