import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { CallView } from '#contracts/calls.contract';
import type { DirectoryView } from '#contracts/directory.contract';
import type { PartyId, PartyView } from '#contracts/parties.contract';
import type { UserId } from '#contracts/ids.contract';
import { Phone } from '../phone/phone';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { CallBar } from './call-bar';
import { CallStore } from './call-store';
import { DeskState } from './desk-state';
import { aCall, aSession, provideDeskWords } from './desk.testing';

// Branded ids are plain strings at run time.
const partyId = (id: string): PartyId => id as PartyId;

const aParty = (change: Partial<PartyView> = {}): PartyView => ({
  id: partyId('p3'),
  role: 'interpreter',
  userId: 'k4001' as UserId,
  label: 'SHRESTHA ANITA',
  standing: 'present',
  isMuted: false,
  isHeld: false,
  isPrivate: false,
  volume: 1,
  supervision: null,
  ...change,
});
const resident = (change: Partial<PartyView> = {}): PartyView =>
  aParty({ id: partyId('resident'), role: 'resident', userId: null, label: '', ...change });

const directory: DirectoryView = {
  people: [
    {
      userId: 'k4001' as UserId,
      name: 'SHRESTHA ANITA',
      role: 'interpreter',
      state: 'ready',
      languages: ['ne'],
      categories: [],
      canJoin: true,
    },
    {
      userId: 'k1212' as UserId,
      name: '千葉 拓海',
      role: 'agent',
      state: 'talking',
      languages: [],
      categories: [],
      canJoin: false,
    },
  ],
  entries: [
    {
      id: 'section-tax' as DirectoryView['entries'][number]['id'],
      kind: 'section',
      name: { ja: '納税課', en: 'Tax payment section' },
      numberDisplay: '022-000-9012',
      languages: [],
      categories: [],
    },
  ],
};

describe('the people in a call', () => {
  let socket: FakeSocket;
  let fixture: ComponentFixture<CallBar>;
  let version = 1;

  const root = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const byId = (id: string): HTMLElement | null => document.querySelector(`[data-testid="${id}"]`);
  const text = (): string => (root().textContent ?? '').replaceAll(/\s+/g, ' ');

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 4; turn++) {
      for (let step = 0; step < 10; step++) await Promise.resolve();
      await fixture.whenStable();
    }
  }

  async function talkWith(parties: PartyView[], change: Partial<CallView> = {}): Promise<void> {
    version += 1;
    const call = aCall({
      version,
      phase: 'talking',
      answeredAt: '2026-12-18T05:28:10.000Z',
      recording: 'recording',
      parties,
      ...change,
    });
    TestBed.inject(CallStore).accept(call);
    await settle();
  }

  /** As a person does: a menu whose button never had the focus closes again. */
  async function click(id: string): Promise<void> {
    byId(id)?.focus();
    byId(id)?.click();
    await settle();
  }

  /** Opens a menu, whose rows come from the server. */
  async function openMenu(button: string, menu: string): Promise<HTMLElement> {
    await click(button);
    const opened = byId(menu);
    if (opened === null) throw new Error(`The menu ${menu} did not open`);
    return opened;
  }

  const lastSent = (name: string): unknown => socket.sent.filter((sent) => sent.name === name).at(-1)?.input;

  beforeEach(async () => {
    socket = new FakeSocket();
    const api = {
      get: (path: string) => {
        if (path === '/api/session') return Promise.resolve(aSession());
        if (path === '/api/directory') return Promise.resolve(directory);
        if (path === '/api/calls/current') return Promise.resolve({ call: null, serverTime: new Date().toISOString() });
        return Promise.reject(new ProblemError('case.not-found'));
      },
    };
    const phone = {
      start: () => undefined,
      stop: () => Promise.resolve(),
      openMicrophone: () => undefined,
      isReady: signal(true),
      isMicrophoneOpen: signal(true),
      remoteLevel: signal(0),
    };
    TestBed.configureTestingModule({
      providers: [
        DeskState,
        provideDeskWords(),
        provideRouter([{ path: '**', children: [] }]),
        provideFakeSocket(socket),
        { provide: Api, useValue: api },
        { provide: Phone, useValue: phone },
      ],
    });
    await TestBed.inject(Session).load();
    TestBed.inject(SocketLink).open();
    fixture = TestBed.createComponent(CallBar);
    document.body.append(root());
    // The store asks the server first; what a spec says before the answer would be overwritten by it.
    while (!TestBed.inject(CallStore).isLoaded()) await new Promise((resolve) => setTimeout(resolve));
    await settle();
  });
  afterEach(() => root().remove());

  it('puts the resident on hold and takes them back', async () => {
    await talkWith([resident()]);
    await click('hold-button');
    expect(lastSent('call:hold')).toEqual({ callId: 'call-1', held: true });
    await talkWith([resident({ isHeld: true })]);
    expect(text()).toContain('保留中');
    expect(byId('hold-button')?.getAttribute('aria-pressed')).toBe('true');
  });

  it('brings an interpreter in after a word, and offers nobody who is not free', async () => {
    await talkWith([resident()]);
    const row = (await openMenu('interpreter-button', 'interpreter-menu')).querySelector<HTMLElement>(
      '[aria-label="SHRESTHA ANITA"]',
    );
    expect(row?.textContent).toContain('ネパール語');
    row?.querySelector<HTMLElement>('button')?.click();
    await settle();
    expect(lastSent('call:invite')).toEqual({
      callId: 'call-1',
      role: 'interpreter',
      target: { kind: 'user', userId: 'k4001' },
      entry: 'private',
    });
  });

  it('passes the call on to a section straight, and shows a busy colleague as not to be had', async () => {
    await talkWith([resident()]);
    const menu = await openMenu('transfer-button', 'transfer-menu');
    const busy = menu.querySelector('[aria-label="千葉 拓海"] button');
    expect(busy?.getAttribute('aria-disabled')).toBe('true');
    menu.querySelectorAll<HTMLElement>('[aria-label="納税課"] button')[1]?.click();
    await settle();
    expect(lastSent('call:invite')).toEqual({
      callId: 'call-1',
      role: 'third-party',
      target: { kind: 'directory', entryId: 'section-tax' },
      entry: 'blind',
    });
  });

  it('draws everybody on the bridge and says who can talk', async () => {
    await talkWith([resident(), aParty()]);
    expect(text()).toContain('三者通話');
    expect(text()).toContain('SHRESTHA ANITA');
    expect(root().querySelector('[aria-live]')?.textContent).toContain('話せます');
    await talkWith([resident(), aParty({ isPrivate: true })]);
    expect(root().querySelector('[aria-live]')?.textContent).toContain('音楽が流れています');
  });

  it('talks privately with one guest and brings all together again', async () => {
    await talkWith([resident(), aParty()]);
    await click('party-private');
    expect(lastSent('call:talk-privately')).toEqual({ callId: 'call-1', with: ['p3'] });
    await talkWith([resident(), aParty({ isPrivate: true })]);
    expect(byId('party-private')?.getAttribute('aria-pressed')).toBe('true');
  });

  it('hands over to a section that is there, never to an interpreter, and takes back an invitation', async () => {
    await talkWith([resident(), aParty({ role: 'third-party', userId: null, label: '納税課' })]);
    await click('party-transfer');
    expect(lastSent('call:transfer')).toEqual({ callId: 'call-1', party: 'p3' });
    await talkWith([resident(), aParty()]);
    expect(byId('party-transfer')).toBeNull();
    await talkWith([resident(), aParty({ standing: 'ringing' })]);
    await click('party-remove');
    expect(lastSent('call:remove-party')).toEqual({ callId: 'call-1', party: 'p3' });
  });

  it('says in red that the recording is paused', async () => {
    await talkWith([resident()], { isRecordingPaused: true });
    expect(byId('recording-state')?.textContent).toContain('録音停止中');
  });
});
