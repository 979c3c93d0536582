import pino from 'pino';
import { PhoneNumber } from '#contracts/ids.contract';
import { FakeClock } from '../fakes/fake-clock.ts';
import type { OutgoingLeg, OutgoingRequest, TrunkLegEvents } from '../ports/signalling.port.ts';
import { TrunkGroup } from './trunk-group.ts';
import type { TrunkSignalling } from './trunk-group.ts';
import { TrunkWatch } from './trunk-watch.ts';
import { TrunkList } from './trunk-settings.ts';
import type { TrunkSettings } from './trunk-settings.ts';

const tax = PhoneNumber.parse('+81221110001');
const insurance = PhoneNumber.parse('+81221110002');
const resident = PhoneNumber.parse('+81220001234');

const list = (...entries: Partial<TrunkSettings>[]): TrunkSettings[] =>
  TrunkList.parse(entries.map((entry, index) => ({ id: `t${index + 1}`, address: `192.0.2.${index + 1}:5060`, ...entry })));

/** Carriers whose answers the spec decides. */
class FakeCarriers implements TrunkSignalling {
  readonly invites: { trunk: string; events: TrunkLegEvents; said: string[] }[] = [];
  readonly registrations: { trunk: string; expiresSeconds: number }[] = [];
  readonly askStatus = new Map<string, number>();
  registerStatus = 200;

  invite({ id }: TrunkSettings, _request: OutgoingRequest, events: TrunkLegEvents): OutgoingLeg {
    const said: string[] = [];
    this.invites.push({ trunk: id, events, said });
    return { cancel: () => void said.push('CANCEL'), hangUp: () => void said.push('BYE') };
  }

  ask({ id }: TrunkSettings): Promise<number> {
    return Promise.resolve(this.askStatus.get(id) ?? 200);
  }

  register({ id }: TrunkSettings, expiresSeconds: number): Promise<{ status: number; expiresSeconds: number }> {
    this.registrations.push({ trunk: id, expiresSeconds });
    return Promise.resolve({ status: this.registerStatus, expiresSeconds });
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

function stage(...entries: Partial<TrunkSettings>[]) {
  const carriers = new FakeCarriers();
  const clock = new FakeClock();
  const settings = list(...entries);
  const group = new TrunkGroup(settings, { signalling: carriers, clock, log: pino({ level: 'silent' }) });
  const watch = new TrunkWatch(settings, { group, signalling: carriers, clock });
  const told: string[] = [];
  const dial = (callerId = tax): OutgoingLeg =>
    group.invite(
      { to: resident, callerId, sdp: 'offer' },
      {
        onTrying: () => undefined,
        onProgress: (status) => told.push(`progress ${status}`),
        onAnswered: () => told.push('answered'),
        onRefused: (status, q850) => told.push(`refused ${status} ${q850}`),
        onEnded: () => told.push('ended'),
        onLost: () => told.push('lost'),
        onReoffer: () => Promise.resolve('answer'),
      },
    );
  const inUse = (): number[] => group.describe().map(({ channelsInUse }) => channelsInUse);
  return { carriers, clock, group, watch, told, dial, inUse };
}

describe('a group of trunks', () => {
  it('takes the trunk that knows the caller ID, by priority', () => {
    const { carriers, dial } = stage({ numbers: [insurance] }, { priority: 2 }, { priority: 1 });
    dial(tax);
    dial(insurance);
    expect(carriers.invites.map(({ trunk }) => trunk)).toEqual(['t3', 't1']);
  });

  it('tries the next trunk when one fails before anything was heard, and reports only the last word', () => {
    const { carriers, told, dial, inUse } = stage({}, { priority: 1 });
    dial();
    carriers.invites[0]?.events.onTrying();
    carriers.invites[0]?.events.onRefused(503, null);
    expect(carriers.invites.map(({ trunk }) => trunk)).toEqual(['t1', 't2']);
    expect(inUse()).toEqual([0, 1]);
    carriers.invites[1]?.events.onProgress(180, null);
    carriers.invites[1]?.events.onAnswered('answer');
    carriers.invites[1]?.events.onEnded();
    expect(told).toEqual(['progress 180', 'answered', 'ended']);
    expect(inUse()).toEqual([0, 0]);
  });

  it('does not ring somebody twice: busy, refused, or failed after ringing is final', () => {
    for (const status of [486, 404, 603, 302]) {
      const { carriers, told, dial } = stage({}, {});
      dial();
      carriers.invites[0]?.events.onRefused(status, 17);
      expect(told).toEqual([`refused ${status} 17`]);
      expect(carriers.invites.length).toBe(1);
    }
    const { carriers, told, dial } = stage({}, {});
    dial();
    carriers.invites[0]?.events.onProgress(180, null);
    carriers.invites[0]?.events.onRefused(503, null);
    expect(told).toEqual(['progress 180', 'refused 503 null']);
  });

  it('goes on after 4 s without any response, and hangs up should the silent one answer after all', () => {
    const { carriers, clock, told, dial, group } = stage({}, {});
    dial();
    clock.advance(4_000);
    expect(carriers.invites.map(({ trunk }) => trunk)).toEqual(['t1', 't2']);
    expect(carriers.invites[0]?.said).toEqual(['CANCEL']);
    carriers.invites[0]?.events.onAnswered('late');
    carriers.invites[0]?.events.onRefused(487, null);
    expect(told).toEqual([]);
    expect(group.describe()[0]).toEqual(jasmine.objectContaining({ isReachable: false, failures: 1, lastStatus: 408 }));
    dial();
    expect(carriers.invites.at(-1)?.trunk).toBe('t2');
  });

  it('keeps waiting for the only trunk there is', () => {
    const { carriers, clock, told, dial } = stage({});
    dial();
    clock.advance(30_000);
    expect(carriers.invites.length).toBe(1);
    expect(told).toEqual([]);
  });

  it('sends no call over a trunk whose channels are used up, and says so when none is left', async () => {
    const { carriers, told, dial, group } = stage({ channels: 1 }, { channels: 1, priority: 1 });
    dial();
    expect(group.takeInbound('t2')).not.toBeNull();
    expect(group.takeInbound('t2')).toBeNull();
    dial();
    await settle();
    expect(carriers.invites.length).toBe(1);
    expect(told).toEqual(['refused 503 34']);
  });

  it('tries nothing more once the call was given up', () => {
    const { carriers, told, dial } = stage({}, {});
    dial().cancel();
    carriers.invites[0]?.events.onRefused(503, null);
    expect(carriers.invites.length).toBe(1);
    expect(told).toEqual(['refused 503 null']);
  });
});

describe('the watch over the trunks', () => {
  it('takes a trunk out after two unanswered OPTIONS and back in after one answer', async () => {
    const { carriers, clock, watch, group, dial } = stage({}, { priority: 1 });
    carriers.askStatus.set('t1', 408);
    watch.start();
    await settle();
    expect(group.describe()[0]?.isReachable).toBeNull();
    clock.advance(15_000);
    await settle();
    expect(group.describe().map(({ isReachable }) => isReachable)).toEqual([false, true]);
    dial();
    expect(carriers.invites.at(-1)?.trunk).toBe('t2');
    carriers.askStatus.set('t1', 405);
    clock.advance(15_000);
    await settle();
    dial();
    expect(carriers.invites.at(-1)?.trunk).toBe('t1');
    await watch.stop();
    // What is left is the patience with the last call.
    expect(clock.timers).toBe(1);
  });

  it('registers, refreshes at half the time granted, tries again after a refusal, and takes it back at the end', async () => {
    const { carriers, clock, watch, group, dial } = stage({
      registers: true,
      credentials: { username: 'centre', password: 'secret' },
    });
    carriers.registerStatus = 403;
    watch.start();
    await settle();
    expect(group.describe()[0]?.isRegistered).toBeFalse();
    dial();
    expect(carriers.invites.length).toBe(0);
    carriers.registerStatus = 200;
    clock.advance(30_000);
    await settle();
    expect(group.describe()[0]?.isRegistered).toBeTrue();
    clock.advance(150_000);
    await settle();
    expect(carriers.registrations.map(({ expiresSeconds }) => expiresSeconds)).toEqual([300, 300, 300]);
    await watch.stop();
    expect(carriers.registrations.at(-1)?.expiresSeconds).toBe(0);
  });
});

describe('the trunks file', () => {
  it('refuses a trunk that registers without credentials, two trunks of one name and an empty list', () => {
    expect(TrunkList.safeParse([{ id: 'a', address: 'h:1', registers: true }]).success).toBeFalse();
    expect(
      TrunkList.safeParse([
        { id: 'a', address: 'h:1' },
        { id: 'a', address: 'h:2' },
      ]).success,
    ).toBeFalse();
    expect(TrunkList.safeParse([]).success).toBeFalse();
  });
});
