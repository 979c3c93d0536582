import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { signal } from '@angular/core';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import { provideTranslocoScope } from '@jsverse/transloco';
import type { WallboardView } from '#contracts/wallboard.contract';
import { Clock } from '../platform/clock';
import { Session } from '../platform/session';
import { elementOf } from '../platform/element.testing';
import { settle } from '../platform/settle.testing';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { provideTranslations } from '../platform/translations.testing';
import { Wallboard } from './wallboard';

const AT = Date.parse('2026-12-18T05:32:07.000Z');

function boardAt(atMs: number, calls: number): WallboardView {
  return {
    version: 1,
    at: new Date(atMs).toISOString(),
    contactRate: {
      month: '2026-12',
      reached: 1178,
      requested: 3100,
      targetPercent: 40,
      byDay: [
        { day: 1, reached: 60 },
        { day: 18, reached: 1178 },
      ],
      openDaysLeft: 7,
    },
    today: { calls, contacts: 79, inbound: 46, inboundAnswered: 45 },
    queue: { waiting: 2, longestSince: new Date(atMs - 14_000).toISOString() },
    agents: { ready: 3, ringing: 3, talking: 8, wrapUp: 2, wrapUpOverdue: 1, away: 1, offline: 4 },
  };
}

describe('the wallboard', () => {
  let now: ReturnType<typeof signal<number>>;
  let socket: FakeSocket;
  let http: HttpTestingController;
  let fixture: ComponentFixture<Wallboard>;
  let page: HTMLElement;
  const permissions = signal<readonly string[]>([]);

  beforeEach(async () => {
    localStorage.clear();
    permissions.set(['wallboard.read']);
    now = signal(AT);
    socket = new FakeSocket();
    const can = (permission: string) => permissions().includes(permission);
    TestBed.configureTestingModule({
      providers: [
        provideTranslations(),
        provideTranslocoScope('wallboard'),
        provideRouter([]),
        provideHttpClient(),
        provideHttpClientTesting(),
        provideFakeSocket(socket),
        { provide: Clock, useValue: { now, serverNow: now } },
        { provide: Session, useValue: { centre: signal('催告センター'), isDemo: signal(false), view: signal(null), can } },
      ],
    });
    socket.answer = () => Promise.resolve({ ok: true, data: boardAt(AT, 411) });
    http = TestBed.inject(HttpTestingController);
    TestBed.inject(SocketLink).open();
    fixture = TestBed.createComponent(Wallboard);
    page = elementOf(fixture);
    http.expectOne('/api/wallboard').flush(boardAt(AT, 411));
    await settle(fixture);
  });
  afterEach(() => fixture.destroy());

  const text = () => (page.textContent ?? '').replaceAll(/\s+/g, ' ');

  it('shows the rate with its n/N, what is missing and the pace', () => {
    expect(text()).toContain('38.00%');
    expect(text()).toContain('1,178 / 3,100 人');
    expect(text()).toContain('あと 62 人');
    expect(text()).toContain('1日あたり 9 人');
    expect(text()).toContain('応答 97.82%(45 / 46)');
  });

  it('watches, and shows what changes without a reload', async () => {
    expect(socket.sent.map(({ name }) => name)).toContain('wallboard:watch');
    socket.hear('wallboard:changed', boardAt(AT + 1000, 412));
    await settle(fixture);
    expect(text()).toContain('412件');
  });

  it('drops figures older than those on screen', async () => {
    socket.hear('wallboard:changed', boardAt(AT - 5000, 400));
    await settle(fixture);
    expect(text()).toContain('411件');
  });

  it('fetches again when the link is back', async () => {
    socket.lose();
    socket.connect();
    http.expectOne('/api/wallboard').flush(boardAt(AT + 2000, 415));
    await settle(fixture);
    expect(text()).toContain('415件');
  });

  it('does not look healthy when its figures are old', async () => {
    now.set(AT + 12_000);
    await settle(fixture);
    expect(text()).toContain('12秒前の数字');
    expect(page.classList).toContain('late');
    now.set(AT + 30_000);
    await settle(fixture);
    expect(page.querySelector('h1')?.textContent).toContain('止まっています。最後は14:32');
    expect(page.classList).toContain('stopped');
  });

  it('draws the month in words as well', () => {
    expect(page.querySelector('kk-contact-chart svg')?.getAttribute('aria-label')).toContain('18日で38.00パーセント');
  });

  it('lets everybody log out, and leads back to the list only those who call', async () => {
    const ways = () => [...page.querySelectorAll('footer a, footer button')].map((way) => way.textContent?.trim());
    expect(ways()).toEqual(['ログアウト', '全画面']);
    permissions.set(['wallboard.read', 'calls.dial']);
    await settle(fixture);
    expect(ways()).toEqual(['戻る', 'ログアウト', '全画面']);
    expect(page.querySelector('footer a')?.getAttribute('href')).toBe('/today');
  });

  it('moves against burn-in without growing wider', async () => {
    const widths: number[] = [];
    for (const hour of [0, 1, 2, 3]) {
      now.set(AT + hour * 3_600_000);
      await settle(fixture);
      widths.push(parseFloat(page.style.paddingInlineStart) + parseFloat(page.style.paddingInlineEnd));
    }
    expect(widths).toEqual([4, 4, 4, 4]);
  });

  it('is dark on the wall and gives the theme back', () => {
    expect(document.documentElement.dataset['theme']).toBe('dark');
    fixture.destroy();
    expect(document.documentElement.dataset['theme']).toBe('light');
  });
});
