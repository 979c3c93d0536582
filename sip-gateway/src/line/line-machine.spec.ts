import fc from 'fast-check';
import { stepLine } from './line-machine.ts';
import { incomingLine, outgoingLine } from './line.model.ts';
import type { LineCommand, LineEvent, LineReport, LineState } from './line.model.ts';

/** Plays events into a line and remembers every command. */
class Play {
  readonly commands: LineCommand[] = [];
  state: LineState;

  constructor(state: LineState) {
    this.state = state;
    this.on({ type: 'begin' });
  }

  on(...events: LineEvent[]): this {
    for (const event of events) {
      const next = stepLine(this.state, event);
      this.state = next.state;
      this.commands.push(...next.commands);
    }
    return this;
  }

  count(type: LineCommand['type']): number {
    return this.commands.filter((command) => command.type === type).length;
  }

  get reports(): LineReport[] {
    return this.commands.flatMap((command) => (command.type === 'report' ? [command.report] : []));
  }

  get reported(): string {
    return this.reports.map((report) => (report.type === 'down' ? `down:${report.why.reason}` : report.type)).join(' ');
  }
}

const anchored: LineEvent = { type: 'anchored', sdp: 'offer' };
const ringing: LineEvent = { type: 'progress', status: 180, sdp: null };
const early: LineEvent = { type: 'progress', status: 183, sdp: 'early' };
const answered: LineEvent = { type: 'answered', sdp: 'answer' };
const connected: LineEvent = { type: 'connected' };
const refused: LineEvent = { type: 'refused', status: 487, q850: null };
const released: LineEvent = { type: 'released' };
const close: LineEvent = { type: 'close', status: 480 };
const outgoing = (): Play => new Play(outgoingLine(20));
const incoming = (): Play => new Play(incomingLine());

describe('the line machine, outbound', () => {
  it('anchors, dials, rings, is answered, stands and closes', () => {
    const play = outgoing().on(anchored, ringing, answered, connected, { type: 'remote-hung-up' }, released);
    expect(play.reported).toBe('dialled ringing answered up down:hung-up closed');
    expect(play.count('bye')).toBe(0);
  });

  it('rings anew for as long as it was told once their phone rings', () => {
    const play = outgoing().on(anchored, ringing);
    expect(play.commands.filter((command) => command.type === 'start-ring-timer')).toEqual([
      { type: 'start-ring-timer', seconds: 20 },
      { type: 'start-ring-timer', seconds: 20 },
    ]);
  });

  it('lets early media be heard once it is connected, and takes 181 without it for no ringing', () => {
    const play = outgoing().on(anchored, { type: 'progress', status: 181, sdp: null }, early, connected);
    expect(play.reported).toBe('dialled ringing early');
    expect(play.count('connect')).toBe(1);
  });

  it('tells the status and the Q.850 cause of a refusal', () => {
    const play = outgoing().on(anchored, { type: 'refused', status: 486, q850: 17 }, released);
    expect(play.reports).toContain({ type: 'down', why: { reason: 'refused', sipStatus: 486, q850: 17 } });
    expect(play.state.phase).toBe('closed');
  });

  it('cancels when nobody answers in time, and waits for the last response', () => {
    const play = outgoing().on(anchored, ringing, { type: 'ring-timed-out' }, released);
    expect(play.count('cancel')).toBe(1);
    expect(play.state.phase).toBe('closing');
    expect(play.on(refused).reported).toBe('dialled ringing down:no-answer closed');
  });

  it('hangs up with a BYE when the CANCEL crosses the 200 OK, and never says answered', () => {
    const play = outgoing().on(anchored, ringing, close, released, answered);
    expect(play.count('bye')).toBe(1);
    expect(play.reported).toBe('dialled ringing closed');
  });

  it('invites nobody when it is closed while the media is being anchored, and releases what comes', () => {
    const play = outgoing().on(close, anchored, released);
    expect(play.count('invite')).toBe(0);
    expect(play.count('release')).toBe(1);
    expect(play.reported).toBe('closed');
  });

  it('is down when the media cannot be had or is lost', () => {
    expect(outgoing().on({ type: 'anchor-failed' }, released).reported).toBe('down:failed closed');
    const play = outgoing().on(anchored, answered, connected, { type: 'media-lost' }, released);
    expect(play.reported).toBe('dialled answered up down:failed closed');
    expect(play.count('bye')).toBe(1);
  });
});

describe('the line machine, inbound', () => {
  it('rings, is accepted, stands and is closed by us', () => {
    const play = incoming().on({ type: 'accept' }, anchored, { type: 'accepted' }, close, released);
    expect(play.reported).toBe('answered up closed');
    expect(play.count('ring')).toBe(1);
    expect(play.count('bye')).toBe(1);
  });

  it('is abandoned when the caller gives up, before and while it is accepted', () => {
    expect(incoming().on({ type: 'remote-cancelled' }).reported).toBe('down:abandoned closed');
    const play = incoming().on({ type: 'accept' }, { type: 'remote-cancelled' }, anchored, released);
    expect(play.reported).toBe('down:abandoned closed');
    expect(play.count('accept')).toBe(0);
    expect(play.count('release')).toBe(1);
  });

  it('refuses with the status it is told, and never anchors media for it', () => {
    const play = incoming().on({ type: 'close', status: 603 });
    expect(play.commands).toContain({ type: 'reject', status: 603 });
    expect(play.count('release')).toBe(0);
    expect(play.reported).toBe('closed');
  });

  it('says BYE when it is closed between the 200 OK and its confirmation', () => {
    const play = incoming().on({ type: 'accept' }, anchored, close, { type: 'accepted' }, released);
    expect(play.commands.filter(({ type }) => type === 'bye').length).toBe(2);
    expect(play.reported).toBe('closed');
  });

  it('survives a BYE that comes before our ACK was seen', () => {
    const play = incoming().on({ type: 'accept' }, anchored, { type: 'remote-hung-up' }, { type: 'accepted' }, released);
    expect(play.reported).toBe('down:abandoned closed');
  });
});

describe('the line machine, whatever happens', () => {
  const events = fc.oneof(
    ...[anchored, ringing, early, answered, connected, refused, close].map((event) => fc.constant(event)),
    ...(
      ['anchor-failed', 'accept', 'accepted', 'remote-cancelled', 'remote-hung-up', 'media-lost', 'signalling-lost'] as const
    ).map((type) => fc.constant<LineEvent>({ type })),
    fc.constant<LineEvent>({ type: 'ring-timed-out' }),
  );

  it('releases media at most once, tells its end at most once, and says nothing after it is closed', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(events, { maxLength: 15 }), (isOutgoing, list) => {
        const play = isOutgoing ? outgoing() : incoming();
        play.on(...list, close);
        // What the world still owes: the anchor, the last response, the release.
        play.on(anchored, refused, released, refused, released);
        expect(play.state.phase).toBe('closed');
        expect(play.count('release')).toBe(play.count('anchor'));
        expect(play.reports.filter(({ type }) => type === 'down').length).toBeLessThanOrEqual(1);
        expect(play.reports.at(-1)?.type).toBe('closed');
        expect(play.reports.filter(({ type }) => type === 'closed').length).toBe(1);
        const hasAnswer = play.reports.some(({ type }) => type === 'answered');
        if (play.reports.some(({ type }) => type === 'up')) expect(hasAnswer).toBeTrue();
      }),
      { numRuns: 2_000 },
    );
  });

  it('leaves no line up: whoever was answered is told BYE unless they hung up or signalling was lost', () => {
    fc.assert(
      fc.property(fc.boolean(), fc.array(events, { maxLength: 12 }), (isOutgoing, list) => {
        const play = isOutgoing ? outgoing() : incoming();
        play.on(...list);
        const isUp = play.state.phase === 'up';
        const before = play.count('bye');
        play.on(close);
        if (isUp) expect(play.count('bye')).toBe(before + 1);
      }),
      { numRuns: 1_000 },
    );
  });
});
