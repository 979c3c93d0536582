import { test as base, expect, type Browser, type Page } from '@playwright/test';
import { AgentDesk } from './agent-desk.ts';
import { Centre } from './centre.ts';
import { launchSeat, newSeatContext } from './seat.ts';

export { AGENT_TONE_HZ } from './seat.ts';
export const RESIDENT_TONE_HZ = 1000;

interface WorkerFixtures {
  /** One running centre for all journeys of a worker. */
  readonly centre: Centre;
  readonly seat: Browser;
}

interface TestFixtures {
  /** A desk in a browser of its own, logged in as 佐藤 美咲 with the phone ready. */
  readonly desk: AgentDesk;
  /** Opens a page of another person. */
  readonly openPage: () => Promise<Page>;
}

export const test = base.extend<TestFixtures, WorkerFixtures>({
  centre: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a function needs from this pattern.
    async ({}, use) => {
      const centre = await Centre.start();
      await use(centre);
      await centre.stop();
    },
    { scope: 'worker', timeout: 120_000 },
  ],
  seat: [
    // eslint-disable-next-line no-empty-pattern -- as above
    async ({}, use) => {
      const browser = await launchSeat();
      await use(browser);
      await browser.close();
    },
    { scope: 'worker' },
  ],
  openPage: async ({ seat, centre }, use) => {
    const contexts: { close(): Promise<void> }[] = [];
    await use(async () => {
      const context = await newSeatContext(seat, centre.origin);
      contexts.push(context);
      return context.newPage();
    });
    for (const context of contexts) await context.close();
  },
  desk: async ({ openPage, centre }, use) => {
    const desk = new AgentDesk(await openPage(), centre);
    await desk.logIn('k1207');
    await desk.untilPhoneReady();
    await use(desk);
    await desk.leave();
  },
});

export { expect };
