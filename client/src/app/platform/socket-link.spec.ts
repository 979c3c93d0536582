import { TestBed } from '@angular/core/testing';
import type { Problem } from '#contracts/problem.contract';
import { SocketLink } from './socket-link';
import { FakeSocket, provideFakeSocket } from './socket.testing';

describe('the socket link', () => {
  let socket: FakeSocket;
  let link: SocketLink;

  beforeEach(() => {
    socket = new FakeSocket();
    TestBed.configureTestingModule({ providers: [provideFakeSocket(socket)] });
    link = TestBed.inject(SocketLink);
  });

  it('does not connect before it is opened', () => {
    expect(socket.connected).toBeFalse();
    expect(link.state()).toBe('closed');
    link.open();
    expect(link.state()).toBe('online');
  });

  it('asks features to fetch again only after the link was lost', () => {
    const resync = jasmine.createSpy('resync');
    link.onReconnect(resync);
    link.open();
    expect(resync).not.toHaveBeenCalled();
    socket.lose();
    expect(link.state()).toBe('reconnecting');
    socket.connect();
    expect(link.state()).toBe('online');
    expect(resync).toHaveBeenCalledTimes(1);
  });

  it('answers a command with its data', async () => {
    link.open();
    socket.answer = () => Promise.resolve({ ok: true, data: { state: 'away' } });
    await expectAsync(link.command('agent:set-state', { state: 'away' })).toBeResolvedTo(
      jasmine.objectContaining({ state: 'away' }),
    );
    expect(socket.sent).toEqual([{ name: 'agent:set-state', input: { state: 'away' } }]);
  });

  it('throws the problem of a refused command', async () => {
    link.open();
    const problem: Problem = {
      type: 'https://x/access.denied',
      code: 'access.denied',
      title: 'No.',
      status: 403,
      instance: 'r1',
    };
    socket.answer = () => Promise.resolve({ ok: false, problem });
    await expectAsync(link.command('wallboard:watch', {})).toBeRejectedWith(
      jasmine.objectContaining({ name: 'ProblemError', code: 'access.denied', number: 'r1' }),
    );
  });

  it('says that there was no answer when the acknowledgement times out', async () => {
    link.open();
    socket.answer = () => Promise.reject(new Error('operation has timed out'));
    await expectAsync(link.command('wallboard:watch', {})).toBeRejectedWith(
      jasmine.objectContaining({ code: 'client.no-answer' }),
    );
  });

  it('refuses a command at once while the link is down, instead of keeping it for later', async () => {
    await expectAsync(link.command('wallboard:watch', {})).toBeRejectedWith(jasmine.objectContaining({ code: 'client.offline' }));
    expect(socket.sent).toEqual([]);
  });

  it('connects again when the server closed the link', () => {
    link.open();
    socket.active = false;
    socket.lose('io server disconnect');
    expect(socket.connected).toBeTrue();
  });

  it('stops listening when told so', () => {
    const stop = link.on('session:ended', () => undefined);
    expect(socket.listeners('session:ended')).toBe(1);
    stop();
    expect(socket.listeners('session:ended')).toBe(0);
  });
});
