import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { listQueueSounds } from '../../server/src/queue/queue-announcements.model.ts';
import { makeAnnouncementSounds } from './announcement-sounds.ts';
import { readAnnouncementTexts, type Announcement } from './announcement-texts.ts';
import { resample } from './espeak-voice.ts';

const TEXTS = path.resolve(import.meta.dirname, '../../config/announcements');

/** A WAV file of a few samples, 8 kHz. */
function aWave(sample: number, rate = 8_000): Buffer {
  const file = Buffer.alloc(48);
  file.write('RIFF', 0, 'latin1');
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  for (const [offset, value] of [
    [20, 1],
    [22, 1],
    [32, 2],
    [34, 16],
  ] as const)
    file.writeUInt16LE(value, offset);
  file.writeUInt32LE(rate, 24);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(4, 40);
  file.writeInt16LE(sample, 44);
  return file;
}

describe('the announcements', () => {
  let folder: string;
  let spoken: string[];
  let hasVoice: boolean;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'kakehashi-sounds-'));
    [spoken, hasVoice] = [[], true];
  });
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  const sounds = (): string => path.join(folder, 'sounds');
  const own = (): string => path.join(folder, 'own');
  const make = (): Promise<string[]> =>
    makeAnnouncementSounds(
      { texts: TEXTS, own: own(), sounds: sounds() },
      {
        hasVoice: () => Promise.resolve(hasVoice),
        speak: ({ name }: Announcement) => {
          spoken.push(name);
          return Promise.resolve(aWave(spoken.length));
        },
      },
    );
  const record = (name: string, content: Buffer): void => {
    mkdirSync(path.dirname(path.join(own(), name)), { recursive: true });
    writeFileSync(path.join(own(), name), content);
  };

  it('have a text for everything the queue plays, in four languages', () => {
    const names = readAnnouncementTexts(TEXTS).map(({ name }) => name);
    expect(names.toSorted()).toEqual(listQueueSounds().toSorted());
  });

  it('are spoken at the first start and kept for the next', async () => {
    expect(await make()).toEqual([]);
    expect(spoken.length).toBe(listQueueSounds().length);
    spoken = [];
    await make();
    expect(spoken).toEqual([]);
    expect(readdirSync(path.join(sounds(), 'vi')).length).toBe(listQueueSounds().length / 4);
  });

  it('give way to the operator’s own recording, and come back without it', async () => {
    await make();
    spoken = [];
    record('ja/closed.wav', aWave(77));
    await make();
    expect(readFileSync(path.join(sounds(), 'ja/closed.wav'))).toEqual(aWave(77));
    expect(spoken).toEqual([]);
    rmSync(own(), { recursive: true });
    await make();
    expect(spoken).toEqual(['ja/closed']);
  });

  it('say which recording cannot be played and speak instead of it', async () => {
    record('en/closed.wav', aWave(77, 44_100));
    const notes = await make();
    expect(notes.length).toBe(1);
    expect(notes[0]).toContain('en/closed.wav is no WAV file');
    expect(spoken).toContain('en/closed');
  });

  it('are left out with a note where espeak-ng is missing, and made once it is there', async () => {
    hasVoice = false;
    expect((await make())[0]).toContain('espeak-ng is missing: 200 announcements');
    expect(readdirSync(sounds())).toEqual(['stamps.json']);
    hasVoice = true;
    expect(await make()).toEqual([]);
    expect(spoken.length).toBe(200);
  });

  it('keep a tone of the telephone band and lose one above it', () => {
    const tone = (hertz: number): Float32Array =>
      Float32Array.from({ length: 22_050 }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / 22_050));
    const level = (samples: Float32Array): number => Math.max(...samples.subarray(500, 7_500));
    expect(resample(tone(1_000), 22_050).length).toBe(8_000);
    expect(level(resample(tone(1_000), 22_050))).toBeCloseTo(1, 1);
    expect(level(resample(tone(6_000), 22_050))).toBeLessThan(0.01);
  });
});
