import type { Browser, Page } from '@playwright/test';
import { AgentDesk } from '../support/agent-desk.ts';
import { heardInPage } from '../support/ear.ts';
import { launchSeat, newSeatContext } from '../support/seat.ts';
import { AGENT_TONE_HZ, RESIDENT_TONE_HZ, expect, test } from '../support/test.ts';

/** What the second seat's microphone plays: the interpreter's, the supervisor's. */
const GUEST_TONE_HZ = 2_300;
/** From this level on, in dBov, a tone is heard; below the other it is not. */
const HEARD_DB = -35;
const UNHEARD_DB = -55;

let guestBrowser: Browser;

test.beforeAll(async () => {
  guestBrowser = await launchSeat({ toneHz: GUEST_TONE_HZ });
});
test.afterAll(async () => {
  await guestBrowser.close();
});

/** Who an ear hears of these three, by name. */
async function heardBy(levels: () => Promise<Record<number, number>>): Promise<string> {
  const heard = await levels();
  const names: [number, string][] = [
    [AGENT_TONE_HZ, 'agent'],
    [RESIDENT_TONE_HZ, 'resident'],
    [GUEST_TONE_HZ, 'guest'],
  ];
  return names
    .map(([hertz, name]) => {
      const level = Number(heard[hertz]);
      return level > HEARD_DB ? name : level < UNHEARD_DB ? '' : `${name}?`;
    })
    .filter((name) => name !== '')
    .join(' ');
}

const inPage = (page: Page) => () => heardInPage(page, AGENT_TONE_HZ, RESIDENT_TONE_HZ, GUEST_TONE_HZ);

test('an interpreter joins, has a private word with the agent, talks with both, and leaves', async ({ desk, centre }) => {
  const context = await newSeatContext(guestBrowser, centre.origin);
  const interpreter = new AgentDesk(await context.newPage(), centre);
  await interpreter.logIn('k4001');
  await interpreter.untilPhoneReady();

  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  const residentCall = await centre.carrier.current();
  const atResident = () => centre.carrier.heard(residentCall.id, AGENT_TONE_HZ, RESIDENT_TONE_HZ, GUEST_TONE_HZ);
  await expect.poll(() => heardBy(atResident)).toBe('agent');

  await desk.page.getByTestId('interpreter-button').click();
  const row = desk.page.getByTestId('interpreter-menu').getByRole('group').first();
  await row.getByRole('menuitem').first().click();
  await interpreter.page.getByTestId('join-button').click();
  await expect.poll(() => heardBy(inPage(interpreter.page))).toBe('agent');
  await expect.poll(() => heardBy(inPage(desk.page))).toBe('guest');
  await expect.poll(() => heardBy(atResident)).not.toMatch(/agent|guest/);

  await desk.page.getByTestId('party-private').click();
  await expect.poll(() => heardBy(atResident)).toBe('agent guest');
  await expect.poll(() => heardBy(inPage(interpreter.page))).toBe('agent resident');
  await expect.poll(() => heardBy(inPage(desk.page))).toBe('resident guest');

  await interpreter.page.getByTestId('leave-button').click();
  await expect.poll(() => heardBy(atResident)).toBe('agent');
  await expect(desk.page.getByTestId('party-strip')).toHaveCount(0);
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await desk.saveResult('21');
  await context.close();
});

test('a supervisor listens, whispers, joins in and takes over', async ({ desk, centre }) => {
  const context = await newSeatContext(guestBrowser, centre.origin);
  const supervisor = new AgentDesk(await context.newPage(), centre);
  await supervisor.logIn('k2001');
  await supervisor.untilPhoneReady();

  await desk.dialNumberEndingIn(1);
  await desk.expectPhase('talking');
  const residentCall = await centre.carrier.current();
  const atResident = () => centre.carrier.heard(residentCall.id, AGENT_TONE_HZ, RESIDENT_TONE_HZ, GUEST_TONE_HZ);
  await expect.poll(() => heardBy(atResident)).toBe('agent');

  await supervisor.page.getByTestId('supervise-listen').click();
  await expect.poll(() => heardBy(inPage(supervisor.page))).toBe('agent resident');
  expect(await heardBy(inPage(desk.page))).toBe('resident');

  await supervisor.page.getByTestId('supervise-whisper').click();
  await expect.poll(() => heardBy(inPage(desk.page))).toBe('resident guest');
  expect(await heardBy(atResident)).toBe('agent');

  await supervisor.page.getByTestId('supervise-barge').click();
  await expect.poll(() => heardBy(atResident)).toBe('agent guest');

  await supervisor.page.getByTestId('take-over').click();
  await supervisor.page.getByTestId('take-over').click();
  await expect.poll(() => heardBy(atResident)).toBe('guest');
  await expect.poll(() => heardBy(inPage(supervisor.page))).toBe('resident');
  await desk.expectPhase('wrap-up');
  await supervisor.expectPhase('talking');
  await desk.saveResult('21');
  await supervisor.hangUp();
  await supervisor.expectPhase('wrap-up');
  await supervisor.saveResult('21');
  await context.close();
});

test('a resident on hold hears music and nobody, and the agent nothing', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(2);
  await desk.expectPhase('talking');
  const residentCall = await centre.carrier.current();
  const atResident = () => centre.carrier.heard(residentCall.id, AGENT_TONE_HZ, RESIDENT_TONE_HZ, GUEST_TONE_HZ);
  await expect.poll(() => heardBy(atResident)).toBe('agent');
  await desk.page.getByTestId('hold-button').click();
  await expect.poll(() => heardBy(inPage(desk.page))).toBe('');
  await expect(desk.page.getByTestId('call-phase')).toContainText('保留中');
  await desk.page.getByTestId('hold-button').click();
  await expect.poll(() => heardBy(atResident)).toBe('agent');
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await desk.saveResult('21');
});
