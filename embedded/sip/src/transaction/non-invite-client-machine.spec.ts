import { MachineWalk } from '../fakes/machine-walk.ts';
import { stepNonInviteClient } from './non-invite-client-machine.ts';

describe('The non-INVITE client machine', () => {
  const trying = (isReliable = false) => {
    const walk = new MachineWalk(stepNonInviteClient, isReliable);
    walk.feed({ kind: 'start' });
    return walk;
  };

  it('sends and starts Timers E and F, over a reliable transport only F', () => {
    expect(new MachineWalk(stepNonInviteClient, false).feed({ kind: 'start' })).toEqual([
      'trying',
      'send-request',
      'E=500',
      'F=32000',
    ]);
    expect(new MachineWalk(stepNonInviteClient, true).feed({ kind: 'start' })).toEqual(['trying', 'send-request', 'F=32000']);
  });

  it('doubles Timer E up to T2', () => {
    const walk = trying();
    const intervals = Array.from({ length: 5 }, () => walk.feed({ kind: 'timer', name: 'E' })[2]);
    expect(intervals).toEqual(['E=1000', 'E=2000', 'E=4000', 'E=4000', 'E=4000']);
  });

  it('repeats every T2 once a 1xx has come, and still fails on Timer F', () => {
    const walk = trying();
    expect(walk.feed({ kind: 'response', status: 100 })).toEqual(['proceeding', 'deliver']);
    expect(walk.feed({ kind: 'timer', name: 'E' })).toEqual(['proceeding', 'send-request', 'E=4000']);
    expect(walk.feed({ kind: 'timer', name: 'F' })).toEqual(['terminated', 'fail timeout']);
  });

  it('delivers one final response and absorbs its repeats for Timer K', () => {
    const walk = trying();
    expect(walk.feed({ kind: 'response', status: 200 })).toEqual(['completed', 'stop E', 'stop F', 'deliver', 'K=5000']);
    expect(walk.feed({ kind: 'response', status: 200 })).toEqual(['completed']);
    expect(walk.feed({ kind: 'timer', name: 'K' })).toEqual(['terminated']);
    expect(trying(true).feed({ kind: 'response', status: 200 })).toContain('K=0');
  });

  it('fails when it cannot be sent', () => {
    expect(trying().feed({ kind: 'transport-error' })).toEqual(['terminated', 'fail transport']);
  });
});
