import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pino from 'pino';
import { decodeMuLaw } from '../media/g711.ts';
import { rmsDbfs } from '../media/level.ts';
import { hasEspeak, synthesise } from './espeak.ts';
import type { Phrase } from './phrases.ts';
import { utterancesAt } from './phrases.ts';
import { VoiceSpeech } from './speech.ts';
import { VoiceLibrary } from './voice-library.ts';

const HELLO: Phrase = { kana: 'はい、 もしもし。', voice: 'ja+f3' };

describe('the voice library', () => {
  let folder: string;
  const log = pino({ level: 'silent' });

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'carrier-voices-'));
  });

  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('lets espeak-ng say a phrase in µ-law at 8 kHz', async () => {
    expect(await hasEspeak())
      .withContext('espeak-ng is on PATH')
      .toBeTrue();
    const sound = await synthesise(HELLO);
    expect(sound.length / 8000).toBeGreaterThan(0.8);
    expect(sound.length / 8000).toBeLessThan(4);
    const level = rmsDbfs(Array.from(sound, decodeMuLaw));
    expect(level).toBeGreaterThan(-35);
    expect(level).toBeLessThan(-10);
  });

  it('makes a phrase once and reads it from its folder afterwards', async () => {
    let made = 0;
    const open = (): VoiceLibrary =>
      new VoiceLibrary({
        folder: join(folder, 'new'),
        log,
        synthesise: () => Promise.resolve(new Uint8Array(160).fill((made += 1))),
      });
    const first = open();
    expect(first.framesOf(HELLO)).toBeNull();
    await first.prepare([HELLO]);
    const second = open();
    await second.prepare([HELLO]);
    expect(made).toBe(1);
    expect(second.framesOf(HELLO)).toEqual(first.framesOf(HELLO));
    expect((await readdir(join(folder, 'new'))).length).toBe(1);
  });

  it('goes on when one phrase cannot be made', async () => {
    const failing = { kana: 'だめ', voice: 'ja+m3' } as const;
    const library = new VoiceLibrary({
      folder,
      log,
      synthesise: (phrase) =>
        phrase.kana === failing.kana ? Promise.reject(new Error('no voice')) : Promise.resolve(new Uint8Array(160)),
    });
    await library.prepare([failing, HELLO]);
    expect(library.framesOf(failing)).toBeNull();
    expect(library.framesOf(HELLO)?.length).toBe(1);
  });

  it('lets a resident be silent until the greeting is ready, then say it', async () => {
    const resident = '09000000120';
    const { greeting } = utterancesAt(resident);
    const library = new VoiceLibrary({ folder, log, synthesise: () => Promise.resolve(new Uint8Array(320).fill(7)) });
    const person = new VoiceSpeech(library).personAt(resident);
    for (let frame = 0; frame < 30; frame += 1) expect(person.next().value?.[0]).toBe(0xff);
    await library.prepare([greeting]);
    const said = Array.from({ length: 5 }, () => person.next().value?.[0]);
    expect(said.filter((sample) => sample === 7).length).toBe(2);
  });
});
