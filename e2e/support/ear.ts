import type { Page } from '@playwright/test';

/** Level in dBFS of each frequency in what the page plays to the agent's ear, over about half a second, by WebAudio. */
export async function heardInPage(page: Page, ...frequencies: number[]): Promise<Record<string, number>> {
  return page.evaluate(async (wanted) => {
    const element = document.querySelector<HTMLAudioElement>('[data-testid="remote-audio"]');
    if (!(element?.srcObject instanceof MediaStream)) throw new Error('no remote audio');
    const context = new AudioContext();
    await context.resume();
    const analyser = new AnalyserNode(context, { fftSize: 16_384 });
    context.createMediaStreamSource(element.srcObject).connect(analyser);
    await new Promise((resolve) => setTimeout(resolve, 700));
    const samples = new Float32Array(analyser.fftSize);
    analyser.getFloatTimeDomainData(samples);
    const rate = context.sampleRate;
    await context.close();
    const level = (hertz: number): number => {
      const coefficient = 2 * Math.cos((2 * Math.PI * hertz) / rate);
      let previous = 0;
      let before = 0;
      for (const [index, sample] of samples.entries()) {
        // A Hann window keeps a strong neighbour from leaking into a quiet frequency.
        const windowed = sample * (1 - Math.cos((2 * Math.PI * index) / samples.length));
        const current = windowed + coefficient * previous - before;
        before = previous;
        previous = current;
      }
      const power = previous ** 2 + before ** 2 - coefficient * previous * before;
      return Math.max(-120, 20 * Math.log10((2 * Math.sqrt(Math.max(power, 1e-20))) / samples.length));
    };
    return Object.fromEntries(wanted.map((hertz) => [String(hertz), level(hertz)]));
  }, frequencies);
}
