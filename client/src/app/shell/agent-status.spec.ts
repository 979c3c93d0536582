import { signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { AgentStatus } from './agent-status';

const ME = { userId: 'u1', state: 'ready', since: '2026-12-18T05:00:00.000Z', phoneReady: true, awayReason: null, version: 3 };

describe("the agent's own state", () => {
  let socket: FakeSocket;
  let status: AgentStatus;

  beforeEach(() => {
    socket = new FakeSocket();
    TestBed.configureTestingModule({
      providers: [provideFakeSocket(socket), { provide: Session, useValue: { user: signal({ id: 'u1' }) } }],
    });
    status = TestBed.inject(AgentStatus);
    TestBed.inject(SocketLink).open();
  });

  it('follows the server, for this agent only', () => {
    socket.hear('agent:changed', ME);
    socket.hear('agent:changed', { ...ME, userId: 'u2', state: 'away', version: 9 });
    expect(status.view()?.state).toBe('ready');
    expect(status.tone()).toBe('ready');
  });

  it('drops news that came late', () => {
    socket.hear('agent:changed', { ...ME, state: 'talking', version: 5 });
    socket.hear('agent:changed', ME);
    expect(status.view()?.state).toBe('talking');
  });

  it('cannot be chosen during a call and its wrap-up', () => {
    socket.hear('agent:changed', { ...ME, state: 'wrap-up' });
    expect(status.isChoosable()).toBeFalse();
    expect(status.isBusy()).toBeTrue();
  });

  it('is asked of the server, not set here', async () => {
    socket.hear('agent:changed', ME);
    socket.answer = () => Promise.resolve({ ok: true, data: { ...ME, state: 'away', version: 4 } });
    await status.choose('away');
    expect(socket.sent).toEqual([{ name: 'agent:set-state', input: { state: 'away' } }]);
    expect(status.view()?.state).toBe('away');
  });
});
