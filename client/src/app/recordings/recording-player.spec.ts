import { provideHttpClient } from '@angular/common/http';
import { HttpTestingController, provideHttpClientTesting } from '@angular/common/http/testing';
import { type ComponentFixture, TestBed } from '@angular/core/testing';
import type { RecordingView } from '#contracts/recordings.contract';
import { Session } from '../platform/session';
import { elementOf } from '../platform/element.testing';
import { settle } from '../platform/settle.testing';
import { provideTranslations } from '../platform/translations.testing';
import { RecordingPlayer } from './recording-player';

const VIEW: RecordingView = {
  // A brand has no value of its own; specs need no schema.
  callId: 'c1' as RecordingView['callId'],
  startedAt: '2026-04-01T00:00:00.000Z',
  seconds: 20,
  channels: [
    { name: 'agent', peaks: [0.1, 0.5] },
    { name: 'resident', peaks: [0.4, 0.2] },
    { name: 'third-party-1', peaks: [0, 0] },
  ],
  marks: [
    { kind: 'pause', atSeconds: 4, seconds: 2, reason: 'account-number' },
    { kind: 'promise-made', atSeconds: 12, seconds: 0, reason: null },
  ],
  gaps: [],
  silences: [],
};
const problem = (code: string, status: number) => [{ type: 'https://x', code, title: code, status, instance: 'r1' }, { status, statusText: code }] as const;

describe('the recording player', () => {
  let fixture: ComponentFixture<RecordingPlayer>;
  let player: HTMLElement;
  let http: HttpTestingController;

  beforeEach(async () => {
    TestBed.configureTestingModule({ providers: [provideTranslations(), provideHttpClient(), provideHttpClientTesting()] });
    http = TestBed.inject(HttpTestingController);
    fixture = TestBed.createComponent(RecordingPlayer);
    player = elementOf(fixture);
    fixture.componentRef.setInput('callId', 'c1');
    await settle(fixture);
  });

  async function answer(): Promise<void> {
    http.expectOne('/api/calls/c1/recording/description').flush(VIEW);
    await settle(fixture);
  }

  async function press(key: string): Promise<void> {
    slider().dispatchEvent(new KeyboardEvent('keydown', { key, cancelable: true }));
    await settle(fixture);
  }

  function slider(): HTMLElement {
    const found = player.querySelector<HTMLElement>('[role=slider]');
    if (!found) throw new Error('no slider');
    return found;
  }

  it('shows a lane for each party', async () => {
    await answer();
    expect(player.querySelectorAll('.lane').length).toBe(3);
    expect(player.querySelector('.names')?.textContent).toMatch(/担当.*相手.*関係者1/s);
  });

  it('fetches no sound before somebody plays, because playing is on record', async () => {
    await answer();
    expect(player.querySelector('audio')?.preload).toBe('none');
  });

  it('moves by keyboard and says where it is', async () => {
    await answer();
    await press('ArrowRight');
    expect(slider().getAttribute('aria-valuenow')).toBe('5');
    expect(slider().getAttribute('aria-valuetext')).toBe('00:20 のうち 00:05');
    await press('End');
    expect(slider().getAttribute('aria-valuenow')).toBe('20');
    await press('ArrowRight');
    expect(slider().getAttribute('aria-valuenow')).toBe('20');
    await press('Home');
    await press('ArrowLeft');
    expect(slider().getAttribute('aria-valuenow')).toBe('0');
  });

  it('names what happened and leads there', async () => {
    await answer();
    const marks = [...player.querySelectorAll<HTMLButtonElement>('.marks button')];
    expect(marks.map((mark) => mark.textContent.replace(/\s+/g, ' ').trim())).toEqual(['00:04 口座番号のため録音停止', '00:12 納付の約束']);
    marks[1]?.click();
    await settle(fixture);
    expect(slider().getAttribute('aria-valuenow')).toBe('12');
  });

  it('silences one party and says so', async () => {
    await answer();
    const mute = player.querySelector<HTMLButtonElement>('[data-testid=mute-party][data-party=resident]');
    expect([mute?.getAttribute('aria-label'), mute?.getAttribute('aria-pressed')]).toEqual(['相手の声を消す', 'false']);
    mute?.click();
    await settle(fixture);
    expect(mute?.getAttribute('aria-pressed')).toBe('true');
    expect(player.querySelectorAll('.lane.silent').length).toBe(1);
  });

  it('offers the export to those who may', async () => {
    await answer();
    expect(player.querySelector('[data-testid=export]')).toBeNull();
    spyOn(TestBed.inject(Session), 'can').and.returnValue(true);
    const other = TestBed.createComponent(RecordingPlayer);
    other.componentRef.setInput('callId', 'c1');
    await settle(other);
    await answer();
    await settle(other);
    expect(elementOf(other).querySelector('[data-testid=export]')?.getAttribute('href')).toBe('/api/calls/c1/recording/export');
  });

  it('says that the recording is still being saved, and asks again', async () => {
    jasmine.clock().install();
    try {
      http.expectOne('/api/calls/c1/recording/description').flush(...problem('recording.not-ready', 409));
      for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
      expect(player.dataset['state'] ?? '').not.toBe('failed');
      jasmine.clock().tick(1_500);
      http.expectOne('/api/calls/c1/recording/description').flush(VIEW);
    } finally {
      jasmine.clock().uninstall();
    }
    await settle(fixture);
    expect(player.dataset['state']).toBe('ready');
  });

  it('says why there is nothing to play', async () => {
    http.expectOne('/api/calls/c1/recording/description').flush(...problem('recording.not-found', 404));
    await settle(fixture);
    expect(player.querySelector('[role=alert]')?.textContent).toContain('この通話の録音はありません');
  });

  it('shows another call from its beginning', async () => {
    await answer();
    await press('End');
    fixture.componentRef.setInput('callId', 'c2');
    await settle(fixture);
    http.expectOne('/api/calls/c2/recording/description').flush({ ...VIEW, callId: 'c2' });
    await settle(fixture);
    expect(slider().getAttribute('aria-valuenow')).toBe('0');
  });
});
