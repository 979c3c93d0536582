import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import type { CallView } from '#contracts/calls.contract';
import type { CaseView, TodayView } from '#contracts/cases.contract';
import { Phone } from '../phone/phone';
import { RingTone } from '../phone/ring-tone';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { Desk } from './desk';
import { aCall, aCase, aRow, aSession, callId, CAR_TAX, caseId, INSURANCE, provideDeskWords } from './desk.testing';

const CALLER = {
  caseId: caseId('case-7'),
  nameMasked: '高●　由●',
  kanaMasked: 'タ●●●　ユ●',
  birthYearMasked: '昭和5●年',
  ward: '泉区',
};

describe('the desk', () => {
  let socket: FakeSocket;
  let current: CallView | null;
  let cases: Record<string, CaseView>;
  let isRinging: boolean;
  let isMicrophoneOpen: boolean;
  let fixture: ComponentFixture<Desk>;
  const isPhoneReady = signal(true);

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      for (let step = 0; step < 10; step++) await Promise.resolve();
      await fixture.whenStable();
    }
  }

  async function open(address: string | undefined = 'case-1'): Promise<void> {
    await TestBed.inject(Session).load();
    TestBed.inject(SocketLink).open();
    fixture = TestBed.createComponent(Desk);
    fixture.componentRef.setInput('caseId', address);
    document.body.append(root());
    await settle();
  }

  async function hear(call: CallView): Promise<void> {
    socket.hear('call:changed', call);
    await settle();
  }

  async function press(key: string, options: KeyboardEventInit = {}): Promise<void> {
    document.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...options }));
    await settle();
  }

  // Angular types the native element as any.
  const root = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const byId = (id: string): HTMLElement | null => root().querySelector(`[data-testid="${id}"]`);
  const text = (): string => (root().textContent ?? '').replaceAll(/\s+/g, ' ');
  const phase = (): string | undefined => byId('call-phase')?.dataset['phase'];

  beforeEach(() => {
    localStorage.clear();
    socket = new FakeSocket();
    current = null;
    isRinging = false;
    isMicrophoneOpen = false;
    isPhoneReady.set(true);
    cases = { 'case-1': aCase(), 'case-2': aCase({ id: caseId('case-2'), person: { ...aCase().person, name: '松本 慎也' } }) };
    const today: TodayView = {
      date: '2026-12-18',
      rows: [aRow(1), aRow(2)],
      categories: [INSURANCE, CAR_TAX],
      counts: { total: 2, open: 2, done: 0, stopped: 0, callsToday: 23, contactsToday: 5 },
    };
    const api = {
      get: (path: string) => {
        if (path === '/api/session') return Promise.resolve(aSession());
        if (path === '/api/calls/current') return Promise.resolve({ call: current, serverTime: new Date().toISOString() });
        if (path === '/api/cases/today') return Promise.resolve(today);
        const found = cases[path.split('/').at(-1) ?? ''];
        return found ? Promise.resolve(found) : Promise.reject(new ProblemError('case.not-found'));
      },
    };
    const phone = {
      start: () => undefined,
      stop: () => Promise.resolve(),
      openMicrophone: (isOpen: boolean) => (isMicrophoneOpen = isOpen),
      isReady: isPhoneReady,
      isMicrophoneOpen: signal(false),
      remoteLevel: signal(0),
    };
    TestBed.configureTestingModule({
      providers: [
        provideDeskWords(),
        provideRouter([{ path: '**', children: [] }]),
        provideFakeSocket(socket),
        { provide: Api, useValue: api },
        { provide: Phone, useValue: phone },
        { provide: RingTone, useValue: { start: () => (isRinging = true), stop: () => (isRinging = false) } },
      ],
    });
  });
  afterEach(() => root().remove());

  it('dials the shown number with F2 and shows nothing but a pending button until the server has spoken', async () => {
    await open();
    expect(phase()).toBe('idle');
    expect(byId('dial-button')?.textContent).toContain('090-0000-0412');
    await press('F2');
    const dialled = socket.sent.find(({ name }) => name === 'call:dial');
    expect(dialled?.input).toEqual(jasmine.objectContaining({ caseId: 'case-1', phoneId: 'phone-1', categoryCode: '01' }));
    expect(phase()).toBe('idle');
    expect(byId('dial-button')?.hasAttribute('disabled')).toBeTrue();
    await hear(aCall());
    expect(phase()).toBe('dialling');
  });

  it('dials for the subject that was chosen, and locks the others during the call', async () => {
    await open();
    byId('subject-02')?.querySelector('input')?.click();
    await settle();
    await press('F2');
    expect(socket.sent.find(({ name }) => name === 'call:dial')?.input).toEqual(jasmine.objectContaining({ categoryCode: '02' }));
    await hear(aCall({ phase: 'talking', category: CAR_TAX }));
    expect(byId('subject-01')?.querySelector('input')?.disabled).toBeTrue();
  });

  it('keeps the dial button dashed with the reason beside it when the gate refuses', async () => {
    const reasons = [{ code: 'within-the-hour' as const, passed: false, values: { until: '15:47' } }];
    cases['case-1'] = aCase({ gate: { allowed: false, reasons, checkedAt: '2026-12-18T05:28:00.000Z' } });
    await open();
    expect(byId('dial-button')?.hasAttribute('disabled')).toBeTrue();
    expect(byId('dial-obstacle')?.textContent).toContain('1時間以内に架電しています');
    await press('F2');
    expect(socket.sent.length).toBe(0);
  });

  it('takes the dial button away for a stop flag and reads the flag first', async () => {
    const reasons = [{ code: 'stop-flag' as const, passed: false, values: { flags: 'S02' } }];
    cases['case-1'] = aCase({
      flags: [{ code: 'S02', from: '2026-11-02', setBy: 'city' }],
      gate: { allowed: false, reasons, checkedAt: '2026-12-18T05:28:00.000Z' },
    });
    await open();
    expect(byId('dial-button')).toBeNull();
    expect(root().querySelector('[role=alert]')?.textContent).toContain('弁護士・司法書士受任');
  });

  it('waits for the phone before it lets anybody dial', async () => {
    isPhoneReady.set(false);
    await open();
    expect(byId('dial-obstacle')?.textContent).toContain('電話がつながるまで待ちます');
    isPhoneReady.set(true);
    await settle();
    expect(byId('dial-button')?.hasAttribute('disabled')).toBeFalse();
  });

  it('opens the microphone for the call only, and says when nobody can hear', async () => {
    await open();
    expect(isMicrophoneOpen).toBeFalse();
    expect(text()).toContain('マイク停止中(だれにも聞こえません)');
    await hear(aCall({ phase: 'talking', answeredAt: '2026-12-18T05:28:10.000Z' }));
    expect(isMicrophoneOpen).toBeTrue();
    await hear(aCall({ version: 2, phase: 'wrap-up' }));
    expect(isMicrophoneOpen).toBeFalse();
  });

  it('hangs up with F4 while ringing or talking and leaves F4 alone otherwise', async () => {
    await open();
    await press('F4');
    expect(socket.sent.length).toBe(0);
    await hear(aCall({ phase: 'ringing' }));
    await press('F4');
    expect(socket.sent.map(({ name }) => name)).toEqual(['call:hang-up']);
  });

  it('says in words when a recording does not run', async () => {
    await open();
    await hear(aCall({ phase: 'talking', recording: 'failed' }));
    expect(byId('recording-state')?.textContent).toContain('録音できていません');
  });

  it('ticks off what the resident said and says when it may be disclosed', async () => {
    await open();
    const talking = aCall({ phase: 'talking', answeredAt: '2026-12-18T05:28:10.000Z' });
    await hear(talking);
    byId('identity-name-match')?.click();
    await settle();
    expect(socket.sent.at(-1)?.input).toEqual({ callId: 'call-1', item: 'name', verdict: 'match' });
    expect(byId('identity-locked')?.textContent).toContain('0 / 2');
    await hear({ ...talking, version: 2, identity: { name: 'match', address: 'match' }, isIdentified: true });
    expect(byId('identity-unlocked')?.textContent).toContain('2項目一致');
  });

  it('preselects what the line says, takes two digits for another, and saves with Ctrl+Enter', async () => {
    await open();
    await hear(aCall({ phase: 'wrap-up', cause: 'no-answer', suggestedResult: '31', endedAt: '2026-12-18T05:28:25.000Z' }));
    expect(byId('result-selected')?.dataset['code']).toBe('31');
    expect(byId('result-suggested')).not.toBeNull();
    await press('3');
    await press('4');
    expect(byId('result-selected')?.dataset['code']).toBe('34');
    expect(byId('result-suggested')).toBeNull();
    const navigate = spyOn(TestBed.inject(Router), 'navigateByUrl').and.resolveTo(true);
    socket.answer = () => Promise.resolve({ ok: true, data: aCall({ version: 3, phase: 'done' }) });
    await press('Enter', { ctrlKey: true });
    expect(socket.sent.at(-1)?.input).toEqual(jasmine.objectContaining({ resultCode: '34' }));
    expect(navigate).toHaveBeenCalledWith('/desk/case-2');
  });

  it('shows the next person while an unanswered call is written up, with the focus on saving', async () => {
    await open();
    await hear(aCall({ phase: 'wrap-up', cause: 'busy', suggestedResult: '34' }));
    await new Promise((resolve) => setTimeout(resolve));
    expect(text()).toContain('松本 慎也');
    expect(document.activeElement?.getAttribute('data-testid')).toBe('save-result');
  });

  it('keeps the record form open after a talk and refuses to save without a result', async () => {
    await open();
    await hear(aCall({ phase: 'wrap-up', answeredAt: '2026-12-18T05:28:10.000Z', cause: 'agent-lost' }));
    expect(byId('note')?.tagName).toBe('TEXTAREA');
    expect(byId('save-result')?.hasAttribute('disabled')).toBeTrue();
    await press('Enter', { ctrlKey: true });
    expect(socket.sent.length).toBe(0);
  });

  it('says what saving will do before it is done', async () => {
    await open();
    await hear(aCall({ phase: 'wrap-up', cause: 'busy', suggestedResult: '34', endedAt: '2026-12-18T05:28:00.000Z' }));
    const after = byId('after-save')?.textContent ?? '';
    expect(after).toContain('14:33');
    expect(after).toContain('本日 2 / 3');
    expect(after).toContain('及●　健●');
  });

  it('rings for an inbound call and shows candidates masked, and nothing of a case', async () => {
    await open();
    const offered = aCall({
      id: callId('in'),
      direction: 'inbound',
      phase: 'offered',
      caseId: null,
      numberDisplay: '080-0000-7733',
      candidates: [{ ...CALLER, categories: [INSURANCE.code] }],
      startedAt: '2026-12-18T05:40:00.000Z',
    });
    await hear(offered);
    expect(isRinging).toBeTrue();
    expect(byId('inbound-pop')?.textContent).toContain('080-0000-7733');
    expect(root().querySelectorAll('[data-testid=candidate-row]').length).toBe(1);
    expect(text()).toContain('高●');
    expect(text()).not.toContain('及川');
    expect(text()).not.toContain('130,700');
    await press('F2');
    expect(socket.sent.at(-1)?.name).toBe('call:answer');
    await hear({ ...offered, version: 2, phase: 'talking', answeredAt: '2026-12-18T05:40:20.000Z' });
    expect(isRinging).toBeFalse();
  });

  it('compares only what the caller said and shows how many matched', async () => {
    await open();
    const talking = aCall({
      id: callId('in'),
      direction: 'inbound',
      phase: 'talking',
      caseId: null,
      candidates: [{ ...CALLER, categories: [INSURANCE.code] }],
      startedAt: '2026-12-18T05:40:00.000Z',
      answeredAt: '2026-12-18T05:40:20.000Z',
    });
    await hear(talking);
    expect(byId('identify-button')?.hasAttribute('disabled')).toBeTrue();
    const kana = root().querySelector<HTMLInputElement>('[data-testid=said-kana]');
    if (!kana) throw new Error('there is no field for the name');
    kana.value = 'タカハシ ユミ';
    kana.dispatchEvent(new Event('input'));
    await settle();
    byId('identify-button')?.click();
    await settle();
    expect(socket.sent.at(-1)?.input).toEqual({ callId: 'in', caseId: 'case-7', said: { kana: 'タカハシ ユミ' } });
    await hear({ ...talking, version: 2, identity: { name: 'match', 'birth-date': 'mismatch' } });
    expect(byId('identity-count')?.textContent).toContain('1 / 2');
  });

  it('goes back to the case when the caller gives up', async () => {
    await open();
    const offered = aCall({
      id: callId('in'),
      direction: 'inbound',
      phase: 'offered',
      caseId: null,
      startedAt: '2026-12-18T05:40:00.000Z',
    });
    await hear(offered);
    await hear({ ...offered, version: 2, phase: 'done', cause: 'abandoned' });
    expect(byId('inbound-pop')).toBeNull();
    expect(byId('person-name')?.textContent).toContain('及川 健一');
  });

  it("leads back to the list from a case that is not the agent's, instead of asking for it again", async () => {
    await open('case-9999');
    const problem = root().querySelector('.body kk-problem');
    expect(problem?.querySelector('a')?.getAttribute('href')).toBe('/today');
    expect(problem?.querySelector('button')).toBeNull();
    expect(root().querySelector('kk-key-bar li')).toBeNull();
  });

  it('lets an agent who was made away be ready again from the call bar', async () => {
    await open();
    expect(byId('ready-button')).toBeNull();
    const agent = { userId: 'user-1', since: '2026-12-18T05:40:00.000Z', phoneReady: true };
    socket.hear('agent:changed', { ...agent, state: 'away', version: 2 });
    await settle();
    expect(byId('call-phase')?.textContent).toContain('離席');
    socket.answer = () => Promise.resolve({ ok: true, data: { ...agent, state: 'ready', version: 3 } });
    byId('ready-button')?.click();
    await settle();
    expect(socket.sent.at(-1)).toEqual(jasmine.objectContaining({ name: 'agent:set-state', input: { state: 'ready' } }));
    expect(byId('ready-button')).toBeNull();
  });

  it('says that the line chose the result only for a call that nobody took', async () => {
    await open();
    await hear(aCall({ phase: 'wrap-up', answeredAt: '2026-12-18T05:28:10.000Z', cause: 'completed', suggestedResult: '11' }));
    expect(byId('result-suggested')?.textContent).toContain('候補として選択済み');
    await hear(aCall({ version: 2, phase: 'wrap-up', cause: 'no-answer', suggestedResult: '31' }));
    expect(byId('result-suggested')?.textContent).toContain('回線の知らせから選択済み');
  });

  it('gives the focus back to the recording that was opened', async () => {
    const entry = {
      id: 'entry-1',
      kind: 'call' as const,
      at: '2026-12-17T05:28:00.000Z',
      callId: callId('call-0'),
      direction: 'outbound' as const,
      talkSeconds: 30,
      hasRecording: true,
    };
    cases['case-1'] = aCase({ timeline: [entry] });
    await open();
    byId('play-recording')?.focus();
    byId('play-recording')?.click();
    await settle();
    const sheet = root().querySelector('kk-recording-sheet');
    expect(sheet?.contains(document.activeElement)).toBeTrue();
    document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'Escape', bubbles: true }));
    await settle();
    expect(root().querySelector('kk-recording-sheet')).toBeNull();
    expect(document.activeElement).toBe(byId('play-recording'));
  });

  it('gives every control a name and every field a label, in every phase', async () => {
    await open();
    const phases: CallView[] = [
      aCall({ phase: 'ringing' }),
      aCall({ version: 2, phase: 'talking', answeredAt: '2026-12-18T05:28:10.000Z' }),
      aCall({ version: 3, phase: 'wrap-up', answeredAt: '2026-12-18T05:28:10.000Z', suggestedResult: '11' }),
    ];
    for (const call of phases) {
      await hear(call);
      for (const control of root().querySelectorAll<HTMLElement>('button, a, input, textarea, select')) {
        const label = control.closest('label') ?? (control.id ? root().querySelector(`label[for="${control.id}"]`) : null);
        const name = control.getAttribute('aria-label') ?? label?.textContent ?? control.textContent ?? '';
        expect(name.trim())
          .withContext(`${call.phase}: ${control.outerHTML.slice(0, 120)}`)
          .not.toBe('');
      }
    }
  });
});
