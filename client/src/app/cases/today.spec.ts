import { TestBed, type ComponentFixture } from '@angular/core/testing';
import { provideRouter, Router } from '@angular/router';
import type { Permission } from '#contracts/users.contract';
import { aRow, aSession, CAR_TAX, INSURANCE, provideDeskWords } from '../calls/desk.testing';
import { Api } from '../platform/api';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { Today } from './today';

describe("the page of today's list", () => {
  let socket: FakeSocket;
  let fixture: ComponentFixture<Today>;
  let answer: () => Promise<unknown>;
  let asked: number;
  let permissions: Permission[];

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
    await fixture.whenStable();
  }

  async function open(): Promise<void> {
    await TestBed.inject(Session).load();
    TestBed.inject(SocketLink).open();
    fixture = TestBed.createComponent(Today);
    await settle();
  }

  // Angular types the native element as any.
  const root = (): HTMLElement => fixture.nativeElement as HTMLElement;
  const rows = (): HTMLElement[] => [...root().querySelectorAll<HTMLElement>('[data-testid=today-row]')];
  const view = (list = [aRow(1), aRow(2, { state: 'done', categories: [CAR_TAX.code] })]) => ({
    date: '2026-12-18',
    rows: list,
    categories: [INSURANCE, CAR_TAX],
    counts: { total: list.length, open: 1, done: 1, stopped: 0, callsToday: 23, contactsToday: 5 },
  });

  beforeEach(() => {
    localStorage.clear();
    socket = new FakeSocket();
    asked = 0;
    permissions = aSession().permissions;
    answer = () => Promise.resolve(view());
    const api = {
      get: (path: string) => {
        if (path === '/api/session') return Promise.resolve({ ...aSession(), permissions });
        asked++;
        return answer();
      },
    };
    TestBed.configureTestingModule({
      providers: [
        provideDeskWords(),
        provideRouter([{ path: '**', children: [] }]),
        provideFakeSocket(socket),
        { provide: Api, useValue: api },
      ],
    });
  });

  it('lists whom to call, masked, and how many there are of each kind', async () => {
    await open();
    expect(rows().length).toBe(1);
    expect(rows()[0]?.textContent).toContain('及●　健●');
    expect(rows()[0]?.textContent).toContain('36,700');
    expect(root().querySelector('[data-testid=filter-done]')?.textContent).toContain('1');
  });

  it('is filtered by key', async () => {
    await open();
    document.dispatchEvent(new KeyboardEvent('keydown', { key: '4', altKey: true, bubbles: true }));
    await settle();
    expect(rows().length).toBe(2);
  });

  it('opens the desk with the row that is chosen', async () => {
    await open();
    const navigate = spyOn(TestBed.inject(Router), 'navigateByUrl').and.resolveTo(true);
    rows()[0]?.click();
    expect(navigate).toHaveBeenCalledOnceWith('/desk/case-1');
  });

  it('offers no way to the desk to somebody who does not call', async () => {
    permissions = ['cases.list', 'cases.read'];
    await open();
    const navigate = spyOn(TestBed.inject(Router), 'navigateByUrl').and.resolveTo(true);
    rows()[0]?.click();
    expect(navigate).not.toHaveBeenCalled();
    expect(root().querySelector('[data-row-link]')).toBeNull();
    expect(root().querySelector('kk-key-bar')?.textContent).not.toContain('Enter');
  });

  it('fetches the list once for a burst of news', async () => {
    await open();
    const before = asked;
    for (let news = 0; news < 5; news++) socket.hear('cases:changed', { caseId: 'case-1' });
    await new Promise((resolve) => setTimeout(resolve, 250));
    expect(asked).toBe(before + 1);
  });

  it('keeps the old rows and says what is wrong when the list cannot be fetched', async () => {
    await open();
    answer = () => Promise.reject(new ProblemError('client.offline'));
    socket.lose();
    socket.connect();
    await settle();
    expect(rows().length).toBe(1);
    expect(root().querySelector('[role=alert]')?.textContent).toContain('サーバーにつながりません');
  });

  it('says why it is empty and offers the one next step', async () => {
    answer = () => Promise.resolve(view([]));
    await open();
    expect(root().textContent).toContain('本日のリストはまだありません');
  });
});
