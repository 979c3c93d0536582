import { TestBed } from '@angular/core/testing';
import type { CallView } from '#contracts/calls.contract';
import type { PhoneId } from '#contracts/ids.contract';
import { PROBLEMS, type ProblemCode } from '#contracts/problem.contract';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { CallStore } from './call-store';
import { aCall, aSession, callId, caseId, INSURANCE } from './desk.testing';

const refusal = (code: ProblemCode) => ({
  ok: false as const,
  problem: { type: `https://kakehashi.invalid/problems/${code}`, code, ...PROBLEMS[code], instance: 'request-1' },
});

describe('CallStore', () => {
  const target = { caseId: caseId('case-1'), phoneId: 'phone-1' as PhoneId, categoryCode: INSURANCE.code };
  let socket: FakeSocket;
  let current: CallView | null;
  let asked: number;
  let calls: CallStore;

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve();
  }

  beforeEach(async () => {
    socket = new FakeSocket();
    current = null;
    asked = 0;
    const api = {
      get: (path: string) => {
        if (path === '/api/session') return Promise.resolve(aSession());
        asked++;
        return Promise.resolve({ call: current, serverTime: new Date().toISOString() });
      },
    };
    TestBed.configureTestingModule({ providers: [provideFakeSocket(socket), { provide: Api, useValue: api }] });
    await TestBed.inject(Session).load();
    TestBed.inject(SocketLink).open();
    calls = TestBed.inject(CallStore);
    TestBed.tick();
    await settle();
  });

  it('asks the server where the call stands before it looks idle', () => {
    expect(asked).toBe(1);
    expect(calls.isLoaded()).toBeTrue();
    expect(calls.phase()).toBe('idle');
  });

  it('follows the news and drops a view older than the one shown', () => {
    socket.hear('call:changed', aCall({ version: 3, phase: 'talking' }));
    socket.hear('call:changed', aCall({ version: 2, phase: 'ringing' }));
    expect(calls.phase()).toBe('talking');
    socket.hear('call:changed', aCall({ version: 4, phase: 'wrap-up' }));
    expect(calls.phase()).toBe('wrap-up');
    socket.hear('call:changed', aCall({ version: 5, phase: 'done' }));
    expect(calls.call()).toBeNull();
  });

  it('asks again after the socket was away', async () => {
    current = aCall({ version: 7, phase: 'talking' });
    socket.lose();
    socket.connect();
    await settle();
    expect(asked).toBe(2);
    expect(calls.phase()).toBe('talking');
  });

  it('shows a command as pending and changes nothing before the server has answered', async () => {
    let acknowledge: (reply: { ok: true; data: CallView }) => void = () => undefined;
    socket.answer = () => new Promise((resolve) => (acknowledge = resolve));
    void calls.dial(target);
    expect(calls.isPending('call:dial')).toBeTrue();
    expect(calls.phase()).toBe('idle');
    acknowledge({ ok: true, data: aCall() });
    await settle();
    expect(calls.isPending('call:dial')).toBeFalse();
    expect(calls.phase()).toBe('dialling');
  });

  it('sends one command for two clicks', () => {
    void calls.dial(target);
    void calls.dial(target);
    expect(socket.sent.length).toBe(1);
  });

  it('keeps a refusal for its control until the next try', async () => {
    socket.answer = () => Promise.resolve(refusal('call.refused-by-gate'));
    await calls.dial(target);
    const failure = calls.failureOf('call:dial', 'call:answer');
    expect(failure instanceof ProblemError && failure.code).toBe('call.refused-by-gate');
    expect(calls.failureOf('call:save-result')).toBeNull();
    socket.answer = () => Promise.resolve({ ok: true, data: aCall() });
    await calls.dial(target);
    expect(calls.failureOf('call:dial')).toBeNull();
  });

  it('repeats an unanswered dial with the same request, so that it cannot ring twice', async () => {
    socket.answer = () => Promise.reject(new Error('timeout'));
    await calls.dial(target);
    await calls.dial(target);
    socket.answer = () => Promise.resolve({ ok: true, data: aCall({ phase: 'done', version: 9 }) });
    await calls.dial(target);
    await calls.dial(target);
    // The wire carries what `dial` built from the contract.
    const ids = socket.sent.map(({ input }) => (input as { requestId: string }).requestId);
    expect(new Set(ids.slice(0, 3)).size).toBe(1);
    expect(ids[3]).not.toBe(ids[0]);
  });

  it('asks where things stand when a command found another state', async () => {
    socket.hear('call:changed', aCall({ version: 3, phase: 'talking' }));
    socket.answer = () => Promise.resolve(refusal('call.invalid-state'));
    current = aCall({ version: 4, phase: 'wrap-up' });
    await calls.hangUp();
    await settle();
    expect(calls.phase()).toBe('wrap-up');
  });

  it('takes away an offered call that its caller gave up, and remembers it as missed', () => {
    const offered = aCall({
      id: callId('in'),
      direction: 'inbound',
      phase: 'offered',
      caseId: null,
      numberDisplay: '080-0000-7733',
    });
    socket.hear('call:changed', offered);
    expect(calls.phase()).toBe('offered');
    socket.hear('call:changed', { ...offered, version: 2, phase: 'done', cause: 'abandoned' });
    expect(calls.phase()).toBe('idle');
    expect(calls.missed()).toEqual({ numberDisplay: '080-0000-7733', how: 'given-up' });
  });

  it('tells a call that went to another seat from one that was given up', () => {
    const offered = aCall({ id: callId('in'), direction: 'inbound', phase: 'offered', caseId: null });
    socket.hear('call:changed', offered);
    socket.hear('call:changed', { ...offered, version: 2, phase: 'done' });
    expect(calls.missed()?.how).toBe('unanswered');
  });

  it('tells a call that was declined here from one that nobody answered', async () => {
    const offered = aCall({ id: callId('in'), direction: 'inbound', phase: 'offered', caseId: null });
    socket.hear('call:changed', offered);
    socket.answer = () => Promise.resolve({ ok: true, data: { ...offered, version: 2, phase: 'queued' } });
    await calls.decline();
    expect(calls.missed()?.how).toBe('declined');
    socket.hear('call:changed', { ...offered, version: 3 });
    socket.hear('call:changed', { ...offered, version: 4, phase: 'queued' });
    expect(calls.missed()?.how).toBe('unanswered');
  });

  it('forgets the call at log-out', () => {
    socket.hear('call:changed', aCall({ phase: 'talking' }));
    TestBed.inject(Session).forget();
    TestBed.tick();
    expect(calls.call()).toBeNull();
    expect(calls.isLoaded()).toBeFalse();
  });
});
