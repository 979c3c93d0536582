import { MachineWalk } from '../fakes/machine-walk.ts';
import { stepInviteServer } from './invite-server-machine.ts';

describe('The INVITE server machine', () => {
  const proceeding = (isReliable = false) => {
    const walk = new MachineWalk(stepInviteServer, isReliable);
    walk.feed({ kind: 'request' });
    return walk;
  };

  it('repeats the last provisional response to a repeated INVITE', () => {
    const walk = proceeding();
    expect(walk.feed({ kind: 'respond', status: 180 })).toEqual(['proceeding', 'send-response']);
    expect(walk.feed({ kind: 'request' })).toEqual(['proceeding', 'send-response']);
  });

  it('repeats a refusal from T1 up to T2 until the ACK', () => {
    const walk = proceeding();
    expect(walk.feed({ kind: 'respond', status: 486 })).toEqual(['completed', 'send-response', 'G=500', 'H=32000']);
    const intervals = Array.from({ length: 5 }, () => walk.feed({ kind: 'timer', name: 'G' })[2]);
    expect(intervals).toEqual(['G=1000', 'G=2000', 'G=4000', 'G=4000', 'G=4000']);
    expect(walk.feed({ kind: 'ack' })).toEqual(['confirmed', 'stop G', 'stop H', 'I=5000']);
    expect(walk.feed({ kind: 'ack' })).toEqual(['confirmed']);
    expect(walk.feed({ kind: 'timer', name: 'I' })).toEqual(['terminated']);
  });

  it('does not repeat over a reliable transport', () => {
    const walk = proceeding(true);
    expect(walk.feed({ kind: 'respond', status: 486 })).toEqual(['completed', 'send-response', 'H=32000']);
    expect(walk.feed({ kind: 'ack' })).toContain('I=0');
  });

  it('ends without an ACK on Timer H', () => {
    const walk = proceeding();
    walk.feed({ kind: 'respond', status: 486 });
    expect(walk.feed({ kind: 'timer', name: 'H' })).toEqual(['terminated']);
  });

  it('absorbs repeated INVITEs after a 2xx until Timer L (RFC 6026)', () => {
    const walk = proceeding();
    expect(walk.feed({ kind: 'respond', status: 200 })).toEqual(['accepted', 'send-response', 'L=32000']);
    expect(walk.feed({ kind: 'request' })).toEqual(['accepted']);
    expect(walk.feed({ kind: 'respond', status: 486 })).toEqual(['accepted']);
    expect(walk.feed({ kind: 'timer', name: 'L' })).toEqual(['terminated']);
  });
});
