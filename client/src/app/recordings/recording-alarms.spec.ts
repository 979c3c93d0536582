import { TestBed } from '@angular/core/testing';
import { provideRouter } from '@angular/router';
import type { RecordingAlarm } from '#contracts/recordings.contract';
import { Api } from '../platform/api';
import { elementOf } from '../platform/element.testing';
import { Session } from '../platform/session';
import { settle } from '../platform/settle.testing';
import { SocketLink } from '../platform/socket-link';
import { FakeSocket, provideFakeSocket } from '../platform/socket.testing';
import { provideTranslations } from '../platform/translations.testing';
import { RecordingAlarms } from './recording-alarms';

const disk: RecordingAlarm = { id: 'disk:1', kind: 'disk-full', callId: null, at: '2026-04-01T00:00:00.000Z', seconds: null, freePct: 2.9 };
const gap: RecordingAlarm = { ...disk, id: 'gap:1', kind: 'gap', seconds: 1.5, freePct: null };

describe('the alarm strip of recordings', () => {
  let socket: FakeSocket;
  let posted: string[];

  async function open(isSupervisor = true): Promise<{ strip: HTMLElement; redraw: () => Promise<void> }> {
    socket = new FakeSocket();
    socket.answer = () => Promise.resolve({ ok: true, data: [gap] });
    posted = [];
    const api = {
      post: (path: string) => {
        posted.push(path);
        return Promise.resolve([]);
      },
    };
    TestBed.configureTestingModule({
      providers: [
        provideTranslations(),
        provideRouter([]),
        provideFakeSocket(socket),
        { provide: Api, useValue: api },
        { provide: Session, useValue: { can: () => isSupervisor } },
      ],
    });
    TestBed.inject(SocketLink).open();
    const fixture = TestBed.createComponent(RecordingAlarms);
    await settle(fixture);
    return { strip: elementOf(fixture), redraw: () => settle(fixture) };
  }

  it('says what is missing, takes news, and goes when it was acknowledged', async () => {
    const { strip, redraw } = await open();
    expect(strip.querySelector('[role=alert]')?.textContent).toContain('録音に 1.5 秒の欠落があります');
    socket.hear('recordings:alarms', [disk, gap]);
    await redraw();
    expect(strip.querySelector('[role=alert]')?.textContent).toMatch(/空きが 2.9%.*ほか 1 件/s);
    strip.querySelector<HTMLButtonElement>('button')?.click();
    await redraw();
    expect(posted).toEqual(['/api/recordings/alarms/disk%3A1/acknowledge']);
    expect(strip.querySelector('[role=alert]')).toBeNull();
  });

  it('shows nothing to those it does not concern, and asks nothing', async () => {
    const { strip } = await open(false);
    expect(strip.textContent.trim()).toBe('');
    expect(socket.sent).toEqual([]);
  });
});
