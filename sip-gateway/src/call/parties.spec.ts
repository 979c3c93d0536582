import {
  FIRST_AGENT,
  Play,
  RESIDENT,
  agent,
  agentId,
  callId,
  down,
  guest,
  guestLine,
  inbound,
  interpreter,
  interpreterId,
  invitation,
  line,
  otherAgent,
  resident,
  supervisor,
  supervisorId,
  talkingOutbound,
  toNumber,
  watcher,
  withInterpreter,
} from './call-play.factory.ts';
import { phonesOf } from './call.model.ts';

const guestUp = (play: Play): Play =>
  play.on(
    line({ type: 'dialled' }, guest),
    line({ type: 'ringing', isSilent: true }, guest),
    line({ type: 'answered' }, guest),
    line({ type: 'up' }, guest),
  );

describe('bringing somebody into a call', () => {
  it('rings an interpreter while the two go on talking, and lets all three talk', () => {
    const play = talkingOutbound().on(invitation());
    expect(phonesOf(play.state)).toEqual([agentId, interpreterId]);
    expect(play.hears(resident)).toBe(agent);
    expect(play.hears(interpreter)).toBe('nothing yet');
    play.on({ type: 'join', party: guest });
    expect(play.hears(interpreter)).toBe(`${agent} ${resident}`);
    expect(play.hears(resident)).toBe(`${agent} ${interpreter}`);
    expect(play.of('assign-channel')).toEqual([{ type: 'assign-channel', name: 'interpreter', leg: interpreter }]);
    expect(play.factsOf('party.joined')[0]).toEqual(jasmine.objectContaining({ role: 'interpreter', userId: interpreterId }));
  });

  it('reaches one by telephone: the agent alone hears the ringing', () => {
    const play = talkingOutbound().on(invitation({ ...toNumber, role: 'interpreter' }));
    expect(play.of('open-line').at(-1)?.party).toBe(guest);
    play.on(line({ type: 'dialled' }, guest), line({ type: 'ringing', isSilent: true }, guest));
    expect(play.hears(agent)).toBe(`${resident} ringback`);
    expect(play.hears(resident)).toBe(agent);
    guestUp(play);
    expect(play.hears(guestLine)).toBe(`${agent} ${resident}`);
  });

  it('gives the resident music from the invitation on when the agent wants a word first', () => {
    const play = talkingOutbound().on(invitation({ entry: 'private' }));
    expect(play.hears(resident)).toBe('music');
    play.on({ type: 'join', party: guest });
    expect(play.hears(agent)).toBe(interpreter);
    expect(play.hears(resident)).toBe('music');
    play.on({ type: 'private', parties: [] });
    expect(play.hears(resident)).toBe(`${agent} ${interpreter}`);
  });

  it('brings the resident back when the invited declines, does not answer, or is busy', () => {
    for (const [events, reason] of [
      [[{ type: 'remove', party: guest, isDeclined: true }], 'declined'],
      [[{ type: 'timer-fired', timer: `invite:${guest}` }], 'no-answer'],
    ] as const) {
      const play = talkingOutbound().on(invitation({ entry: 'private' }), ...events);
      expect(play.hears(resident)).toBe(agent);
      expect(play.factsOf('party.left')[0]?.reason).toBe(reason);
      expect(phonesOf(play.state)).toEqual([agentId]);
    }
    const busy = talkingOutbound().on(invitation({ ...toNumber, entry: 'private' }), line(down('refused', 486), guest));
    expect(busy.factsOf('party.left')[0]?.reason).toBe('busy');
    expect(busy.hears(resident)).toBe(agent);
  });

  it('keeps the two connected when the interpreter drops, also out of a private talk', () => {
    for (const isPrivate of [false, true]) {
      const play = withInterpreter();
      if (isPrivate) play.on({ type: 'private', parties: [FIRST_AGENT, guest] });
      play.on({ type: 'phone-lost', userId: interpreterId });
      expect(play.state.phase).toBe('talking');
      expect(play.hears(resident)).toBe(agent);
      expect(play.hears(agent)).toBe(resident);
      expect(play.hears(interpreter)).toBe('');
    }
  });

  it('gives whoever replaces an interpreter the same channel, and a second one another', () => {
    const play = withInterpreter().on(invitation({ ...toNumber, role: 'interpreter', party: watcher }));
    play.on(line({ type: 'up' }, watcher));
    expect(play.of('assign-channel').map(({ name }) => name)).toEqual(['interpreter', 'interpreter-2']);
    play.on({ type: 'remove', party: guest, isDeclined: false });
    expect(play.of('assign-channel').at(-1)).toEqual({ type: 'assign-channel', name: 'interpreter', leg: null });
  });

  it('takes no seventh party, no id twice, and nobody before the resident is there', () => {
    const play = talkingOutbound();
    for (const name of ['a', 'b', 'c', 'd', 'e']) play.on(invitation({ ...toNumber, party: guestNamed(name) }));
    expect(play.factsOf('party.invited').length).toBe(4);
    expect(withInterpreter().on(invitation()).factsOf('party.invited').length).toBe(1);
    expect(new Play(inbound()).on(invitation()).factsOf('party.invited').length).toBe(0);
  });

  it('signals "please repeat" to everybody but the one who asks', () => {
    const play = withInterpreter().on({ type: 'repeat-please', party: guest });
    expect(play.of('signal').map(({ leg }) => leg)).toEqual([agent, resident]);
    expect(play.factsOf('party.asked-to-repeat').length).toBe(1);
  });

  it('holds, turns down and mutes one party and tells so', () => {
    const play = withInterpreter().on(
      { type: 'hold', party: RESIDENT, held: true },
      { type: 'volume', party: guest, volume: 0.5 },
      { type: 'mute', party: guest, muted: true },
    );
    expect(play.hears(resident)).toBe('music');
    expect(play.hears(agent)).toBe('');
    expect(play.factsOf('party.changed').at(-1)).toEqual(
      jasmine.objectContaining({ party: guest, isMuted: true, isHeld: false, volume: 0.5 }),
    );
    expect(play.of('mark-recording').map(({ kind }) => kind)).toContain('hold');
  });
});

const guestNamed = (name: string): typeof guest => `p-${name}` as typeof guest;

describe('supervising a call', () => {
  it('listens, whispers and barges, each recorded only when somebody hears it', () => {
    const play = talkingOutbound().on({ type: 'supervise', party: watcher, userId: supervisorId, mode: 'listen' });
    expect(play.hears(supervisor)).toBe(`${agent} ${resident}`);
    expect(play.count('assign-channel')).toBe(0);
    play.on({ type: 'supervise', party: watcher, userId: supervisorId, mode: 'whisper' });
    expect(play.hears(agent)).toBe(`${supervisor} ${resident}`);
    expect(play.hears(resident)).toBe(agent);
    expect(play.of('assign-channel').at(-1)).toEqual({ type: 'assign-channel', name: 'supervisor', leg: supervisor });
    play.on({ type: 'supervise', party: watcher, userId: supervisorId, mode: 'barge' });
    expect(play.hears(resident)).toBe(`${agent} ${supervisor}`);
    play.on({ type: 'supervise', party: watcher, userId: supervisorId, mode: null });
    expect(play.hears(resident)).toBe(agent);
    expect(play.hears(supervisor)).toBe('');
    expect(play.of('assign-channel').at(-1)?.leg).toBeNull();
    expect(phonesOf(play.state)).toEqual([agentId]);
  });

  it('goes on when a whispering supervisor is lost while the resident hangs up', () => {
    const play = talkingOutbound().on({ type: 'supervise', party: watcher, userId: supervisorId, mode: 'whisper' });
    play.on(line(down('hung-up')), { type: 'phone-lost', userId: supervisorId });
    expect(play.factsOf('call.ended').length).toBe(1);
    expect(play.hears(supervisor)).toBe('');
  });

  it('takes the call over: the agent is free, the supervisor responsible', () => {
    const play = talkingOutbound().on(
      { type: 'supervise', party: watcher, userId: supervisorId, mode: 'listen' },
      { type: 'take-over', party: watcher, userId: supervisorId },
    );
    expect(play.hears(resident)).toBe(supervisor);
    expect(play.hears(agent)).toBe('');
    expect(phonesOf(play.state)).toEqual([supervisorId]);
    expect(play.factsOf('call.owner-changed').at(-1)).toEqual({
      type: 'call.owner-changed',
      callId,
      agentId: supervisorId,
      party: watcher,
    });
    expect(play.of('assign-channel').at(-1)).toEqual({ type: 'assign-channel', name: 'agent', leg: supervisor });
    play.on({ type: 'phone-lost', userId: agentId });
    expect(play.state.phase).toBe('talking');
  });

  it('lets nobody else use a supervisor’s place', () => {
    const play = talkingOutbound().on({ type: 'supervise', party: watcher, userId: supervisorId, mode: 'listen' });
    const before = play.commands.length;
    play.on({ type: 'supervise', party: watcher, userId: otherAgent, mode: 'barge' });
    play.on({ type: 'take-over', party: watcher, userId: otherAgent });
    expect(play.commands.length).toBe(before);
  });
});

describe('passing a call on', () => {
  it('transfers after a word: the agent leaves, the colleague is responsible and recorded as the agent', () => {
    const play = talkingOutbound().on(
      invitation({ role: 'agent', target: { kind: 'phone', userId: otherAgent }, entry: 'private' }),
      { type: 'join', party: guest },
      { type: 'transfer', party: guest },
    );
    expect(play.hears(resident)).toBe(`agent:${otherAgent}`);
    expect(play.hears(agent)).toBe('');
    expect(phonesOf(play.state)).toEqual([otherAgent]);
    expect(play.of('assign-channel').at(-1)).toEqual({ type: 'assign-channel', name: 'agent', leg: `agent:${otherAgent}` });
  });

  it('transfers blindly: the agent is free at once, the resident hears music until the heir is there', () => {
    const play = talkingOutbound().on(
      invitation({ role: 'agent', target: { kind: 'phone', userId: otherAgent }, entry: 'blind' }),
    );
    expect(phonesOf(play.state)).toEqual([otherAgent]);
    expect(play.hears(resident)).toBe('music');
    play.on({ type: 'join', party: guest });
    expect(play.hears(resident)).toBe(`agent:${otherAgent}`);
    expect(play.factsOf('call.owner-changed').map(({ agentId: owner }) => owner)).toEqual([null, otherAgent]);
  });

  it('gives the resident back to the queue when a blind transfer finds nobody', () => {
    const play = talkingOutbound().on(
      invitation({ role: 'agent', target: { kind: 'phone', userId: otherAgent }, entry: 'blind' }),
      { type: 'timer-fired', timer: `invite:${guest}` },
    );
    expect(play.state.phase).toBe('waiting');
    expect(play.hears(resident)).toBe('music');
    expect(play.factTypes.slice(-2)).toEqual(['call.owner-changed', 'call.queued']);
  });

  it('hands over to a telephone, and ends the call when either of the two hangs up', () => {
    const play = guestUp(talkingOutbound().on(invitation({ ...toNumber, entry: 'private' })));
    play.on({ type: 'transfer', party: guest });
    expect(play.hears(resident)).toBe(guestLine);
    expect(phonesOf(play.state)).toEqual([]);
    play.on(line(down('hung-up'), guest));
    expect(play.factsOf('call.ended')[0]?.cause).toBe('completed');
    expect(play.of('close-line').map(({ party }) => party)).toContain(RESIDENT);
  });
});
