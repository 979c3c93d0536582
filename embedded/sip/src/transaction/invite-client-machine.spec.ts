import { MachineWalk } from '../fakes/machine-walk.ts';
import { stepInviteClient } from './invite-client-machine.ts';

describe('The INVITE client machine', () => {
  const calling = (isReliable = false) => {
    const walk = new MachineWalk(stepInviteClient, isReliable);
    walk.feed({ kind: 'start' });
    return walk;
  };

  it('sends and starts Timers A and B, over a reliable transport only B', () => {
    expect(new MachineWalk(stepInviteClient, false).feed({ kind: 'start' })).toEqual([
      'calling',
      'send-request',
      'A=500',
      'B=32000',
    ]);
    expect(new MachineWalk(stepInviteClient, true).feed({ kind: 'start' })).toEqual(['calling', 'send-request', 'B=32000']);
  });

  it('doubles Timer A without limit', () => {
    const walk = calling();
    const intervals = Array.from({ length: 5 }, () => walk.feed({ kind: 'timer', name: 'A' })[2]);
    expect(intervals).toEqual(['A=1000', 'A=2000', 'A=4000', 'A=8000', 'A=16000']);
  });

  it('fails on Timer B and on a transport error', () => {
    expect(calling().feed({ kind: 'timer', name: 'B' })).toEqual(['terminated', 'fail timeout']);
    expect(calling().feed({ kind: 'transport-error' })).toEqual(['terminated', 'fail transport']);
  });

  it('stops repeating at a 1xx and waits without end', () => {
    const walk = calling();
    expect(walk.feed({ kind: 'response', status: 180 })).toEqual(['proceeding', 'stop A', 'stop B', 'deliver']);
    expect(walk.feed({ kind: 'timer', name: 'A' })).toEqual(['proceeding']);
  });

  it('delivers every 2xx until Timer M and nothing else', () => {
    const walk = calling();
    expect(walk.feed({ kind: 'response', status: 200 })).toContain('M=32000');
    expect(walk.feed({ kind: 'response', status: 200 })).toEqual(['accepted', 'deliver']);
    expect(walk.feed({ kind: 'response', status: 486 })).toEqual(['accepted']);
    expect(walk.feed({ kind: 'timer', name: 'M' })).toEqual(['terminated']);
  });

  it('acknowledges a refusal each time and delivers it once; Timer D is zero over a reliable transport', () => {
    const walk = calling();
    expect(walk.feed({ kind: 'response', status: 486 })).toEqual([
      'completed',
      'stop A',
      'stop B',
      'stop cancelWait',
      'send-ack',
      'deliver',
      'D=32000',
    ]);
    expect(walk.feed({ kind: 'response', status: 486 })).toEqual(['completed', 'send-ack']);
    expect(walk.feed({ kind: 'response', status: 180 })).toEqual(['completed']);
    expect(walk.feed({ kind: 'timer', name: 'D' })).toEqual(['terminated']);
    expect(calling(true).feed({ kind: 'response', status: 486 })).toContain('D=0');
  });

  it('gives a cancelled INVITE 64 T1 to end', () => {
    const walk = calling();
    walk.feed({ kind: 'response', status: 180 });
    expect(walk.feed({ kind: 'cancelled' })).toEqual(['proceeding', 'cancelWait=32000']);
    expect(walk.feed({ kind: 'timer', name: 'cancelWait' })).toEqual(['terminated', 'fail timeout']);
  });
});
