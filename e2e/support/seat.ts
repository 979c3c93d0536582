import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { chromium, type Browser, type BrowserContext } from '@playwright/test';
import { writeToneFile } from './tone-file.ts';

/** What the fake microphone of a seat plays. */
export const AGENT_TONE_HZ = 440;

export const CHROMIUM = process.env['CHROME_BIN'] ?? '/usr/bin/chromium';

interface SeatOptions {
  readonly executablePath?: string;
  /** Chromium leaves the loopback interface out of WebRTC unless told otherwise; a seat on another machine needs no such flag. */
  readonly isOnThisMachine?: boolean;
  /** What its microphone plays. */
  readonly toneHz?: number;
}

/** Chromium as a seat's browser, with a microphone that plays 440 Hz unless told otherwise. */
export async function launchSeat({
  executablePath = CHROMIUM,
  isOnThisMachine = true,
  toneHz = AGENT_TONE_HZ,
}: SeatOptions = {}): Promise<Browser> {
  const tone = path.join(mkdtempSync(path.join(tmpdir(), 'kakehashi-tone-')), 'microphone.wav');
  writeToneFile(tone, toneHz);
  return chromium.launch({
    executablePath,
    chromiumSandbox: false,
    args: [
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-audio-capture=${tone}`,
      '--autoplay-policy=no-user-gesture-required',
      '--disable-gpu',
      '--disable-background-networking',
      ...(isOnThisMachine ? ['--allow-loopback-in-peer-connection'] : []),
    ],
  });
}

/** A browser profile of a seat: Japanese, Tokyo time, microphone allowed, no processing that would bend a tone. */
export async function newSeatContext(seat: Browser, origin: string): Promise<BrowserContext> {
  const context = await seat.newContext({
    baseURL: origin,
    locale: 'ja-JP',
    timezoneId: 'Asia/Tokyo',
    permissions: ['microphone'],
    viewport: { width: 1920, height: 1080 },
  });
  await context.addInitScript(() => localStorage.setItem('kk.phone.processing', 'off'));
  return context;
}
