import { signal, type Type } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import { provideTranslocoScope, TranslocoTestingModule } from '@jsverse/transloco';
import type { LiveCallView } from '#contracts/live-calls.contract';
import type { Permission } from '#contracts/users.contract';
import words from '../../../public/i18n/live/ja.json';
import ja from '../../../public/i18n/ja.json';
import { aSession } from '../calls/desk.testing';
import { Phone } from '../phone/phone';
import { RingTone } from '../phone/ring-tone';
import { Api } from '../platform/api';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { JoinedBar } from './joined-bar';
import { JoinedCallStore } from './joined-call-store';
import { LiveCalls } from './live-calls';
import { aJoinedCall, aLiveCall, aParty } from './live-calls.testing';

describe('calls of others', () => {
  let socket: FakeSocket;
  let fixture: ComponentFixture<unknown>;
  let live: LiveCallView[];
  let permissions: Permission[];
  let isRinging: boolean;
  const isPhoneReady = signal(true);

  const root = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const byId = (id: string): HTMLButtonElement | null => root().querySelector(`[data-testid="${id}"]`);
  const text = (): string => (root().textContent ?? '').replaceAll(/\s+/g, ' ');
  const lastSent = (name: string): unknown => socket.sent.filter((sent) => sent.name === name).at(-1)?.input;

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      for (let step = 0; step < 10; step++) await Promise.resolve();
      await fixture.whenStable();
    }
  }

  async function open(component: Type<unknown>): Promise<void> {
    await TestBed.inject(Session).load();
    TestBed.inject(SocketLink).open();
    fixture = TestBed.createComponent(component);
    document.body.append(root());
    await settle();
  }

  async function click(id: string): Promise<void> {
    byId(id)?.click();
    await settle();
  }

  async function press(key: string): Promise<void> {
    document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    await settle();
  }

  beforeEach(() => {
    socket = new FakeSocket();
    live = [aLiveCall()];
    permissions = ['session.read', 'calls.join', 'calls.watch', 'calls.supervise', 'phone.register'];
    isRinging = false;
    isPhoneReady.set(true);
    const api = {
      get: (path: string) => {
        if (path === '/api/session') return Promise.resolve({ ...aSession(), permissions });
        if (path === '/api/calls/live') return Promise.resolve({ calls: live, serverTime: new Date().toISOString() });
        return Promise.resolve({ call: null, serverTime: new Date().toISOString() });
      },
    };
    TestBed.configureTestingModule({
      imports: [
        TranslocoTestingModule.forRoot({
          langs: { ja, 'live/ja': words },
          translocoConfig: { availableLangs: ['ja'], defaultLang: 'ja' },
          preloadLangs: true,
        }),
      ],
      providers: [
        provideTranslocoScope('live'),
        provideRouter([{ path: '**', children: [] }]),
        provideFakeSocket(socket),
        { provide: Api, useValue: api },
        { provide: Phone, useValue: { isReady: isPhoneReady } },
        { provide: RingTone, useValue: { start: () => (isRinging = true), stop: () => (isRinging = false) } },
      ],
    });
  });
  afterEach(() => root().remove());

  describe('the bar of a joined call', () => {
    async function hear(change: Parameters<typeof aJoinedCall>[0]): Promise<void> {
      socket.hear('joined-call:changed', aJoinedCall(change));
      await settle();
    }

    it('rings while invited, joins with F2 and declines with F4', async () => {
      await open(JoinedBar);
      await hear({ standing: 'invited', joinedAt: null });
      expect(isRinging).toBeTrue();
      await press('F2');
      expect(lastSent('joined-call:join')).toEqual({ callId: 'call-1' });
      await hear({ version: 2 });
      expect(isRinging).toBeFalse();
      expect(text()).toContain('佐藤 美咲 さんの通話');
    });

    it('mutes, asks to repeat and leaves', async () => {
      socket.answer = () => Promise.resolve({ ok: true, data: aJoinedCall({ version: 3 }) });
      await open(JoinedBar);
      await hear({ version: 2 });
      await click('mute-self-button');
      expect(lastSent('joined-call:mute')).toEqual({ callId: 'call-1', muted: true });
      await click('repeat-button');
      expect(lastSent('joined-call:ask-to-repeat')).toEqual({ callId: 'call-1' });
      await click('leave-button');
      expect(lastSent('joined-call:leave')).toEqual({ callId: 'call-1' });
      await hear({ version: 4, standing: 'gone', reason: 'left' });
      expect(byId('joined-bar')).toBeNull();
    });

    it('opens no microphone for a supervisor who only listens', async () => {
      await open(JoinedBar);
      const parties = [
        aParty('agent'),
        aParty('resident', { role: 'resident' }),
        aParty('p3', { role: 'supervisor', supervision: 'listen' }),
      ];
      await hear({ role: 'supervisor', parties });
      expect(TestBed.inject(JoinedCallStore).isHeard()).toBeFalse();
      expect(byId('mute-self-button')).toBeNull();
      expect(text()).toContain('聞いています');
    });

    it('ignores news that is older than what it shows', async () => {
      await open(JoinedBar);
      await hear({ version: 5 });
      await hear({ version: 4, standing: 'gone' });
      expect(byId('joined-bar')).not.toBeNull();
    });
  });

  describe('the page of running calls', () => {
    it('lists the calls and follows them', async () => {
      await open(LiveCalls);
      expect(text()).toContain('佐藤 美咲');
      socket.hear(
        'live-call:changed',
        aLiveCall({ version: 2, parties: [aParty('resident', { role: 'resident', isHeld: true })] }),
      );
      await settle();
      expect(text()).toContain('保留中');
      socket.hear('live-call:changed', aLiveCall({ version: 3, phase: 'wrap-up' }));
      await settle();
      expect(text()).toContain('いま通話はありません');
    });

    it('listens, whispers, and leaves by pressing the same again', async () => {
      await open(LiveCalls);
      await click('supervise-listen');
      expect(lastSent('live-call:supervise')).toEqual({ callId: 'call-1', mode: 'listen', isHidden: false });
      socket.hear('live-call:changed', aLiveCall({ version: 2, supervision: 'listen' }));
      await settle();
      expect(byId('supervise-listen')?.getAttribute('aria-pressed')).toBe('true');
    });

    it('takes a call over only when pressed twice, and goes to the desk then', async () => {
      socket.answer = () => Promise.resolve({ ok: true, data: aLiveCall({ version: 2 }) });
      await open(LiveCalls);
      const navigate = spyOn(TestBed.inject(Router), 'navigateByUrl').and.resolveTo(true);
      await click('take-over');
      expect(lastSent('live-call:take-over')).toBeUndefined();
      await click('take-over');
      expect(lastSent('live-call:take-over')).toEqual({ callId: 'call-1' });
      expect(navigate).toHaveBeenCalledOnceWith('/desk');
    });

    it('offers no way in without a phone', async () => {
      isPhoneReady.set(false);
      await open(LiveCalls);
      expect(byId('supervise-listen')?.disabled).toBeTrue();
      expect(text()).toContain('電話がつながっている必要');
    });

    it('offers no way in to somebody who only watches', async () => {
      permissions = ['session.read', 'calls.watch'];
      await open(LiveCalls);
      expect(text()).toContain('佐藤 美咲');
      expect(byId('supervise-listen')).toBeNull();
    });

    it('says in words that a call is not recorded or sounds badly', async () => {
      live = [
        aLiveCall({ recording: 'failed', quality: [{ party: aParty('resident').id, lossPct: 20, jitterMs: 60, mos: 2.1 }] }),
      ];
      await open(LiveCalls);
      expect(text()).toContain('録音なし');
      expect(text()).toContain('音質が悪い');
    });
  });
});
