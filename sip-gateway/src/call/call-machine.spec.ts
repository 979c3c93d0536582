import fc from 'fast-check';
import { CallId, PhoneNumber, UserId } from '#contracts/ids.contract';
import type { FactOf } from '#contracts/gateway.contract';
import { step } from './call-machine.ts';
import { agentOf, arrived, dialled } from './call.model.ts';
import type { CallCommand, CallEvent, CallEventKind, CallState } from './call.model.ts';

const callId = CallId.parse('call-1');
const agentId = UserId.parse('agent-1');
const otherAgent = UserId.parse('agent-2');
const number = PhoneNumber.parse('+81220001100');
const receipt = { file: 'call-1.wav', seconds: 3, sha256: 'a'.repeat(64), concealedFrames: [0, 0] };

const outbound = (isRecorded = true): CallState =>
  dialled({ callId, isRecorded, agentId, to: number, callerId: number, ringSeconds: 20 });
const inbound = (isRecorded = true): CallState => arrived({ callId, isRecorded, from: number, to: number, waitSeconds: 60 });

/** Plays events into a call and remembers every command. */
class Play {
  readonly commands: CallCommand[] = [];
  state: CallState;
  isAnchorAnswered = false;
  #atMs = 1_000;

  constructor(state: CallState) {
    this.state = state;
    this.on({ type: 'begin' });
  }

  on(...events: CallEventKind[]): this {
    for (const event of events) {
      if (this.count('anchor') > 0 && (event.type === 'anchored' || event.type === 'anchor-failed')) this.isAnchorAnswered = true;
      const next = step(this.state, { ...event, atMs: this.#atMs });
      this.#atMs += 100;
      this.state = next.state;
      this.commands.push(...next.commands);
    }
    return this;
  }

  count(type: CallCommand['type']): number {
    return this.commands.filter((command) => command.type === type).length;
  }

  facts(): string[] {
    return this.commands.flatMap((command) => (command.type === 'emit' ? [command.fact.type] : []));
  }

  ended(): FactOf<'call.ended'> | undefined {
    return this.commands.flatMap((command) =>
      command.type === 'emit' && command.fact.type === 'call.ended' ? [command.fact] : [],
    )[0];
  }

  typesSince(index: number): string[] {
    return this.commands.slice(index).map((command) => (command.type === 'emit' ? command.fact.type : command.type));
  }
}

const anchored: CallEventKind = { type: 'anchored', sdp: 'offer' };
const ringing: CallEventKind = { type: 'progress', status: 180, sdp: null };
const answered: CallEventKind = { type: 'answered', sdp: 'answer' };
const connected: CallEventKind = { type: 'connected' };
const stopped: CallEventKind = { type: 'recording-stopped', receipt };
const released: CallEventKind = { type: 'released' };
const talkingOutbound = (): Play => new Play(outbound()).on(anchored, ringing, answered, connected);
const talkingInbound = (): Play =>
  new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId }, anchored, { type: 'accepted' });

describe('the call machine, outbound', () => {
  it('anchors, dials, rings, talks, records and ends', () => {
    const play = talkingOutbound();
    expect(play.state.phase).toBe('talking');
    play.on({ type: 'remote-hung-up' }, stopped, released);
    expect(play.state.phase).toBe('ended');
    expect(play.facts()).toEqual(['call.dialling', 'call.ringing', 'call.answered', 'call.ended', 'recording.ready']);
    expect(play.ended()).toEqual(
      jasmine.objectContaining({ cause: 'completed', endedBy: 'resident', sipStatus: null, talkMs: 200 }),
    );
  });

  it('starts the recording before the parties hear one another', () => {
    const play = new Play(outbound()).on(anchored, answered);
    const before = play.commands.length;
    play.on(connected);
    expect(play.typesSince(before)).toEqual(['start-recording', 'hear']);
  });

  it('plays ringback until early media comes, and never again after it', () => {
    const play = new Play(outbound()).on(anchored, ringing, { type: 'progress', status: 183, sdp: 'early' }, connected, ringing);
    const hearings = play.commands.flatMap((command) => (command.type === 'hear' ? [command.hearing] : []));
    expect(hearings).toEqual(['ringback', 'early']);
    expect(play.facts().filter((fact) => fact === 'call.ringing').length).toBe(1);
  });

  it('tells why a call was refused, with the SIP status', () => {
    const play = new Play(outbound()).on(anchored, { type: 'refused', status: 486, q850: null }, released);
    expect(play.ended()).toEqual(jasmine.objectContaining({ cause: 'busy', endedBy: 'resident', sipStatus: 486, talkMs: 0 }));
    expect(play.state.phase).toBe('ended');
  });

  it('cancels when nobody answers in time', () => {
    const play = new Play(outbound()).on(anchored, ringing, { type: 'timer-fired' });
    expect(play.count('cancel')).toBe(1);
    expect(play.ended()).toEqual(jasmine.objectContaining({ cause: 'no-answer', endedBy: 'system' }));
    play.on({ type: 'refused', status: 487, q850: null }, released);
    expect(play.state.phase).toBe('ended');
    expect(play.count('emit')).toBe(3);
  });

  it('hangs up with a BYE when the CANCEL crosses the 200 OK', () => {
    const play = new Play(outbound()).on(anchored, ringing, { type: 'hang-up' }, released);
    expect(play.state.phase).toBe('ending');
    play.on(answered);
    expect(play.count('bye')).toBe(1);
    expect(play.ended()?.cause).toBe('cancelled');
    expect(play.facts()).not.toContain('call.answered');
    expect(play.state.phase).toBe('ended');
  });

  it('releases the media once it is there when the agent hangs up while it is being anchored', () => {
    const play = new Play(outbound()).on({ type: 'hang-up' });
    expect(play.count('release')).toBe(0);
    play.on(anchored);
    expect(play.count('release')).toBe(1);
    expect(play.count('invite')).toBe(0);
    play.on(released);
    expect(play.state.phase).toBe('ended');
  });

  it('ends as failed when the media cannot be anchored', () => {
    const play = new Play(outbound()).on({ type: 'anchor-failed' }, released);
    expect(play.ended()?.cause).toBe('failed');
    expect(play.count('invite')).toBe(0);
    expect(play.state.phase).toBe('ended');
  });

  it('cancels and ends as agent-lost when the agent is lost while it rings', () => {
    const play = new Play(outbound()).on(anchored, ringing, { type: 'agent-lost' });
    expect(play.count('cancel')).toBe(1);
    expect(play.ended()?.cause).toBe('agent-lost');
  });

  it('never records before the answer, nor a call that shall not be recorded', () => {
    expect(
      new Play(outbound()).on(anchored, ringing, { type: 'progress', status: 183, sdp: 'x' }, connected).count('start-recording'),
    ).toBe(0);
    const play = new Play(outbound(false)).on(anchored, answered, connected, { type: 'hang-up' }, released);
    expect(play.count('start-recording')).toBe(0);
    expect(play.count('stop-recording')).toBe(0);
    expect(play.state.phase).toBe('ended');
  });
});

describe('the call machine, inbound', () => {
  it('rings, is offered, answered, recorded and ended by the caller', () => {
    const play = talkingInbound().on({ type: 'remote-hung-up' }, stopped, released);
    expect(play.facts()).toEqual(['call.arrived', 'call.offered', 'call.answered', 'call.ended', 'recording.ready']);
    expect(play.count('ring')).toBe(1);
    expect(play.count('accept')).toBe(1);
    expect(play.state.phase).toBe('ended');
  });

  it('is abandoned when the caller gives up while waiting', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'remote-cancelled' });
    expect(play.ended()).toEqual(jasmine.objectContaining({ cause: 'abandoned', endedBy: 'resident' }));
    expect(play.state.phase).toBe('ended');
    expect(play.count('release')).toBe(0);
  });

  it('is abandoned when the CANCEL comes while media is anchoring, and the media is released', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId }, { type: 'remote-cancelled' });
    expect(play.state.phase).toBe('ending');
    play.on(anchored, released);
    expect(play.count('release')).toBe(1);
    expect(play.count('accept')).toBe(0);
    expect(play.state.phase).toBe('ended');
  });

  it('says BYE when it is ended between the 200 OK and its confirmation', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId }, anchored, {
      type: 'agent-lost',
    });
    expect(play.count('bye')).toBe(1);
    play.on({ type: 'accepted' }, released);
    expect(play.state.phase).toBe('ended');
    expect(play.ended()?.cause).toBe('agent-lost');
  });

  it('is refused with 480 when nobody is named in time', () => {
    const play = new Play(inbound()).on({ type: 'timer-fired' });
    expect(play.commands).toContain({ type: 'reject', status: 480 });
    expect(play.state.phase).toBe('ended');
  });

  it('can be answered by nobody but the agent it was offered to', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId: otherAgent });
    expect(play.state.phase).toBe('offered');
    expect(agentOf(play.state)).toBe(agentId);
  });

  it('waits for another agent when the offered one is lost', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'agent-lost' });
    expect(play.state.phase).toBe('arrived');
    expect(agentOf(play.state)).toBeNull();
  });

  it('survives a BYE that comes before our ACK was seen', () => {
    const play = new Play(inbound()).on({ type: 'offer', agentId }, { type: 'answer', agentId }, anchored, {
      type: 'remote-hung-up',
    });
    play.on({ type: 'accepted' }, released);
    expect(play.state.phase).toBe('ended');
    expect(play.facts().filter((fact) => fact === 'call.ended').length).toBe(1);
    expect(play.count('start-recording')).toBe(0);
  });
});

describe('the call machine, while talking', () => {
  it('ignores a duplicate BYE', () => {
    const play = talkingOutbound().on({ type: 'remote-hung-up' }, { type: 'remote-hung-up' }, { type: 'hang-up' });
    expect(play.facts().filter((fact) => fact === 'call.ended').length).toBe(1);
    expect(play.count('stop-recording')).toBe(1);
    expect(play.count('bye')).toBe(0);
  });

  it('keeps the call when the recorder fails, and says so once', () => {
    const play = talkingOutbound().on(
      { type: 'recording-failed', reason: 'disk full' },
      { type: 'recording-failed', reason: 'again' },
    );
    expect(play.state.phase).toBe('talking');
    play.on({ type: 'hang-up' }, released);
    expect(play.facts().filter((fact) => fact === 'recording.failed').length).toBe(1);
    expect(play.count('stop-recording')).toBe(0);
    expect(play.state.phase).toBe('ended');
  });

  it('ends as failed when rtpengine is lost', () => {
    const play = talkingOutbound().on({ type: 'media-lost' }, stopped, released);
    expect(play.count('bye')).toBe(1);
    expect(play.ended()).toEqual(jasmine.objectContaining({ cause: 'failed', endedBy: 'system' }));
    expect(play.state.phase).toBe('ended');
  });

  it('ends as failed when the SIP server is lost', () => {
    const play = talkingOutbound().on({ type: 'signalling-lost' }, stopped, released);
    expect(play.ended()).toEqual(jasmine.objectContaining({ cause: 'failed', endedBy: 'system' }));
    expect(play.state.phase).toBe('ended');
  });

  it('ends as agent-lost when the agent does not come back', () => {
    const play = talkingInbound().on({ type: 'agent-lost' }, stopped, released);
    expect(play.ended()?.cause).toBe('agent-lost');
    expect(play.count('bye')).toBe(1);
    expect(play.state.phase).toBe('ended');
  });

  it('keeps an agent who muted too early muted once the parties are joined', () => {
    const play = new Play(outbound()).on(anchored, answered, { type: 'mute', muted: true }, connected);
    expect(play.commands.at(-1)).toEqual({ type: 'hear', agentId, hearing: 'muted' });
  });

  it('closes the recording even when it fails to close, before the media goes', () => {
    const play = talkingOutbound().on({ type: 'hang-up' });
    expect(play.count('release')).toBe(0);
    play.on({ type: 'recording-failed', reason: 'gone' });
    expect(play.count('release')).toBe(1);
  });
});

const anyEvent: fc.Arbitrary<CallEventKind> = fc.oneof(
  fc.constantFrom<CallEventKind>(
    anchored,
    { type: 'anchor-failed' },
    ringing,
    { type: 'progress', status: 183, sdp: 'early' },
    answered,
    { type: 'remote-cancelled' },
    { type: 'remote-hung-up' },
    { type: 'offer', agentId },
    { type: 'answer', agentId },
    { type: 'accepted' },
    { type: 'hang-up' },
    { type: 'mute', muted: true },
    { type: 'timer-fired' },
    connected,
    { type: 'recording-failed', reason: 'disk full' },
    stopped,
    released,
    { type: 'digit', digit: '5' },
    { type: 'agent-lost' },
    { type: 'media-lost' },
    { type: 'signalling-lost' },
    { type: 'drain' },
  ),
  fc.integer({ min: 300, max: 699 }).map((status): CallEventKind => ({ type: 'refused', status, q850: null })),
);
const anyStart = fc
  .tuple(fc.boolean(), fc.boolean())
  .map(([isOutbound, isRecorded]) => (isOutbound ? outbound(isRecorded) : inbound(isRecorded)));
const anySequence = fc.array(anyEvent, { maxLength: 25 });

/** What the world answers to the commands so far. */
function answersTo(play: Play): CallEventKind[] {
  const answers: CallEventKind[] = [];
  if (play.count('anchor') > 0 && !play.isAnchorAnswered) answers.push(anchored);
  if (play.count('stop-recording') > 0) answers.push(stopped);
  if (play.count('release') > 0) answers.push(released);
  if (play.count('cancel') > 0) answers.push({ type: 'refused', status: 487, q850: null });
  if (play.count('accept') > 0) answers.push({ type: 'accepted' });
  return answers;
}

describe('the call machine, whatever happens', () => {
  it('emits call.ended exactly once, as soon as the call is ending', () => {
    fc.assert(
      fc.property(anyStart, anySequence, (start, events) => {
        const play = new Play(start).on(...events);
        const isOver = play.state.phase === 'ending' || play.state.phase === 'ended';
        expect(play.facts().filter((fact) => fact === 'call.ended').length).toBe(isOver ? 1 : 0);
      }),
      { numRuns: 2_000 },
    );
  });

  it('acquires at most once, and on every path to ended releases exactly what it acquired, the recording closed first', () => {
    fc.assert(
      fc.property(anyStart, anySequence, (start, events) => {
        const play = new Play(start).on(...events);
        for (const type of ['anchor', 'invite', 'accept', 'start-recording', 'stop-recording', 'release'] as const) {
          expect(play.count(type)).toBeLessThanOrEqual(1);
        }
        if (play.state.phase === 'ended') expect(play.count('release')).toBe(play.count('anchor'));
        const types = play.commands.map((command) => (command.type === 'emit' ? command.fact.type : command.type));
        const release = types.indexOf('release');
        if (release !== -1 && types.includes('start-recording')) {
          const closed = Math.max(types.indexOf('recording.ready'), types.indexOf('recording.failed'));
          expect(closed).toBeGreaterThan(-1);
          expect(closed).toBeLessThan(release);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('starts a recording only while talking, and accounts for each one exactly once', () => {
    fc.assert(
      fc.property(anyStart, anySequence, (start, events) => {
        let state: CallState = step(start, { type: 'begin', atMs: 0 }).state;
        let started = 0;
        let accounted = 0;
        for (const event of events) {
          const stamped: CallEvent = { ...event, atMs: 0 };
          const next = step(state, stamped);
          for (const command of next.commands) {
            if (command.type === 'start-recording') {
              started += 1;
              expect(next.state.phase).toBe('talking');
            }
            if (command.type === 'emit' && command.fact.type.startsWith('recording.')) accounted += 1;
          }
          state = next.state;
        }
        expect(accounted).toBeLessThanOrEqual(started);
        if (state.phase === 'ended') expect(accounted).toBe(started);
      }),
      { numRuns: 2_000 },
    );
  });

  it('reaches ended after a hang-up in any phase, once the world has answered what it was asked', () => {
    fc.assert(
      fc.property(anyStart, anySequence, (start, events) => {
        const play = new Play(start).on(...events, { type: 'hang-up' });
        for (let round = 0; round < 4 && play.state.phase !== 'ended'; round += 1) {
          play.on(...answersTo(play));
        }
        expect(play.state.phase).toBe('ended');
      }),
      { numRuns: 2_000 },
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
