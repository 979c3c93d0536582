import { MachineWalk } from '../fakes/machine-walk.ts';
import { stepNonInviteServer } from './non-invite-server-machine.ts';

describe('The non-INVITE server machine', () => {
  const trying = (isReliable = false) => {
    const walk = new MachineWalk(stepNonInviteServer, isReliable);
    walk.feed({ kind: 'request' });
    return walk;
  };

  it('says nothing to a repeated request before there is a response', () => {
    expect(trying().feed({ kind: 'request' })).toEqual(['trying']);
  });

  it('repeats the final response to a repeated request until Timer J', () => {
    const walk = trying();
    expect(walk.feed({ kind: 'respond', status: 200 })).toEqual(['completed', 'send-response', 'J=32000']);
    expect(walk.feed({ kind: 'request' })).toEqual(['completed', 'send-response']);
    expect(walk.feed({ kind: 'respond', status: 500 })).toEqual(['completed']);
    expect(walk.feed({ kind: 'timer', name: 'J' })).toEqual(['terminated']);
    expect(trying(true).feed({ kind: 'respond', status: 200 })).toContain('J=0');
  });

  it('repeats a provisional response', () => {
    const walk = trying();
    expect(walk.feed({ kind: 'respond', status: 100 })).toEqual(['proceeding', 'send-response']);
    expect(walk.feed({ kind: 'request' })).toEqual(['proceeding', 'send-response']);
  });

  it('ends when its connection breaks', () => {
    expect(trying().feed({ kind: 'transport-error' })).toEqual(['terminated', 'fail transport']);
  });
});
