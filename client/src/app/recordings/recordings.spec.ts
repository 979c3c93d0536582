import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { RecordingPage, RecordingRow, SearchRecordings } from '#contracts/recordings.contract';
import type { Permission } from '#contracts/users.contract';
import { Api } from '../platform/api';
import { elementOf } from '../platform/element.testing';
import { ProblemError } from '../platform/problem';
import { Session } from '../platform/session';
import { settle } from '../platform/settle.testing';
import { provideTranslations } from '../platform/translations.testing';
import { Recordings } from './recordings';

// Brands have no value of their own; specs need no schema.
const row = (callId: string, change: Partial<RecordingRow> = {}): RecordingRow => ({
  callId: callId as RecordingRow['callId'],
  startedAt: '2026-04-01T01:23:00.000Z',
  seconds: 61,
  agent: { userId: 'k1207', name: '佐藤 美咲' } as RecordingRow['agent'],
  category: {
    code: '01' as RecordingRow['category']['code'],
    name: { ja: '国民健康保険料', en: 'NHI' },
    shortName: { ja: '国保', en: 'NHI' },
    callerIdDisplay: '',
  },
  channels: ['agent', 'resident', 'interpreter'],
  check: 'complete',
  sealedBytes: 9_000,
  holds: [],
  keepUntil: '2031-03-31',
  ...change,
});

describe('the page of recordings', () => {
  let asked: SearchRecordings[];
  let calls: string[];
  let page: RecordingPage;

  async function open(permissions: Permission[]): Promise<{ root: HTMLElement; redraw: () => Promise<void> }> {
    asked = [];
    calls = [];
    const api = {
      post: (path: string, body: unknown) => {
        if (path !== '/api/recordings/search') {
          calls.push(path);
          return Promise.resolve(row('c1', { holds: ['litigation'] }));
        }
        asked.push(body as SearchRecordings);
        return Promise.resolve(page);
      },
      delete: (path: string) => {
        calls.push(path);
        return Promise.reject(new ProblemError('recording.held'));
      },
    };
    TestBed.configureTestingModule({
      providers: [
        provideTranslations(),
        provideRouter([]),
        { provide: Api, useValue: api },
        { provide: Session, useValue: { can: (permission: Permission) => permissions.includes(permission) } },
      ],
    });
    const fixture = TestBed.createComponent(Recordings);
    await settle(fixture);
    return { root: elementOf(fixture), redraw: () => settle(fixture) };
  }

  beforeEach(() => {
    page = { rows: [row('c1'), row('c2', { check: 'gap' })], total: 120, agents: [], categories: [] };
  });

  it('lists them with who, what, how long and what is missing, page by page', async () => {
    const { root, redraw } = await open(['recordings.list', 'recordings.play']);
    const rows = [...root.querySelectorAll('[data-testid=recording-row]')].map((one) => one.textContent.replace(/\s+/g, ' '));
    expect(rows[0]).toMatch(/佐藤 美咲.*国保.*01:01.*担当 ?相手 ?通訳.*欠落なし/);
    expect(rows[1]).toContain('欠落あり');
    expect(root.textContent).toContain('120件');
    const later = [...root.querySelectorAll<HTMLButtonElement>('.pages button')].at(-1);
    later?.click();
    await redraw();
    expect(asked.map(({ page: number }) => number)).toEqual([0, 1]);
    expect(root.querySelector('.pages')?.textContent).toContain('2 / 3');
  });

  it('asks anew for every filter, from the first page', async () => {
    const { root, redraw } = await open(['recordings.list']);
    root.querySelector<HTMLInputElement>('[data-testid=only-gaps]')?.click();
    await redraw();
    expect(asked.at(-1)).toEqual(jasmine.objectContaining({ hasGap: true, page: 0 }));
    const from = root.querySelector<HTMLInputElement>('[data-testid=from]');
    if (from) from.value = '2026-04-01';
    from?.dispatchEvent(new Event('change'));
    await redraw();
    expect(asked.at(-1)).toEqual(jasmine.objectContaining({ hasGap: true, from: '2026-04-01' }));
  });

  it('offers listening, holding and deleting only to those who may', async () => {
    const { root } = await open(['recordings.list']);
    expect(root.querySelectorAll('[data-testid=listen], [data-testid=delete], [data-testid^=hold-]').length).toBe(0);
  });

  it('holds with one click, deletes with two, and says why it may not', async () => {
    const { root, redraw } = await open(['recordings.list', 'recordings.hold', 'recordings.purge']);
    const hold = (): HTMLElement | null => root.querySelector<HTMLElement>('[data-testid=hold-litigation]');
    hold()?.click();
    await redraw();
    expect([calls, hold()?.getAttribute('aria-pressed')]).toEqual([['/api/recordings/c1/holds'], 'true']);
    const remove = (): HTMLButtonElement | null => root.querySelector<HTMLButtonElement>('[data-testid=delete]');
    remove()?.click();
    await redraw();
    expect(calls.length).toBe(1);
    expect(remove()?.textContent.trim()).toBe('本当に削除する');
    remove()?.click();
    await redraw();
    expect(calls.at(-1)).toBe('/api/recordings/c1');
    expect(root.querySelector('[role=alert]')?.textContent).toContain('保存の指定があるため');
  });

  it('says that nothing fits', async () => {
    page = { ...page, rows: [], total: 0 };
    const { root } = await open(['recordings.list']);
    expect(root.querySelector('kk-empty')?.textContent).toContain('この条件の録音はありません');
  });
});
