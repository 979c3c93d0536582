import type { Page } from '@playwright/test';

/** Instants in milliseconds since the epoch, taken inside the page. */
interface PageTimes {
  click: number | null;
  toneHeard: number | null;
  popPainted: number | null;
}

declare global {
  interface Window {
    callSetupTimes: PageTimes;
  }
}

/**
 * Watches the page from inside: the click on a dial button, the first 1000 Hz in the agent's ear (sampled every 5 ms from the element that plays it),
 * and the first frame painted with the pop-up in it.
 */
export async function installStopwatch(page: Page): Promise<void> {
  await page.evaluate(() => {
    const now = (): number => performance.timeOrigin + performance.now();
    const times: PageTimes = { click: null, toneHeard: null, popPainted: null };
    window.callSetupTimes = times;
    document.addEventListener(
      'click',
      (event) => {
        if ((event.target as Element).closest('[data-testid^="dial-"]')) times.click = now();
      },
      { capture: true },
    );
    new MutationObserver(() => {
      if (times.popPainted !== null || !document.querySelector('[data-testid="inbound-pop"]')) return;
      times.popPainted = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => (times.popPainted = now())));
    }).observe(document.body, { childList: true, subtree: true, attributes: true });

    const context = new AudioContext();
    const analyser = new AnalyserNode(context, { fftSize: 512 });
    let watched: MediaStream | null = null;
    const samples = new Float32Array(analyser.fftSize);
    const coefficient = 2 * Math.cos((2 * Math.PI * 1000) / context.sampleRate);
    const LOUD_ENOUGH = 0.02;
    setInterval(() => {
      const stream = document.querySelector<HTMLAudioElement>('[data-testid="remote-audio"]')?.srcObject;
      if (!(stream instanceof MediaStream) || times.toneHeard !== null) return;
      if (stream !== watched) {
        watched = stream;
        void context.resume();
        context.createMediaStreamSource(stream).connect(analyser);
      }
      analyser.getFloatTimeDomainData(samples);
      let previous = 0;
      let before = 0;
      samples.forEach((sample, index) => {
        const current = sample * (1 - Math.cos((2 * Math.PI * index) / samples.length)) + coefficient * previous - before;
        before = previous;
        previous = current;
      });
      const amplitude =
        (2 * Math.sqrt(Math.max(0, previous ** 2 + before ** 2 - coefficient * previous * before))) / samples.length;
      if (amplitude > LOUD_ENOUGH) times.toneHeard = now();
    }, 5);
  });
}

export async function resetStopwatch(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window.callSetupTimes, { click: null, toneHeard: null, popPainted: null }));
}

/** Waits for one instant; throws when it has not come within ten seconds. */
export async function readStopwatch(page: Page, which: keyof PageTimes): Promise<number> {
  const handle = await page.waitForFunction((key) => window.callSetupTimes[key], which, { timeout: 10_000, polling: 20 });
  return Number(await handle.jsonValue());
}
