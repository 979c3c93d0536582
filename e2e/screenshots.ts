// `npm run screenshots`: makes the pictures in docs/screens from the running product, with synthetic residents.
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from '@playwright/test';
import type { CaseView, TodayView } from '#contracts/cases.contract';
import { AgentDesk } from './support/agent-desk.ts';
import { Centre } from './support/centre.ts';
import { launchSeat, newSeatContext } from './support/seat.ts';

const folder = path.resolve(import.meta.dirname, '../docs/screens');
/** Small screens are looked at, not kept. */
const otherSizes = path.resolve(import.meta.dirname, '../test-results/screens');
const SMALLER = { 1366: [1366, 768], tablet: [1180, 820] } as const;

/** The same moment seen on a large screen, a small one and a tablet. */
async function picture(page: Page, name: string): Promise<void> {
  await page.waitForTimeout(300);
  await page.screenshot({ path: path.join(folder, `${name}.png`) });
  for (const [suffix, [width, height]] of Object.entries(SMALLER)) {
    await page.setViewportSize({ width, height });
    await page.waitForTimeout(300);
    await page.screenshot({ path: path.join(otherSizes, `${name}-${suffix}.png`) });
  }
  await page.setViewportSize({ width: 1920, height: 1080 });
}

/** A person whose desk shows much: with a flag to mind, and a number that is answered. */
async function findFlaggedCase(desk: AgentDesk): Promise<{ caseId: string; phoneId: string; number: string }> {
  const { rows } = await desk.get<TodayView>('/api/cases/today');
  for (const row of rows.filter((candidate) => candidate.state === 'open' && candidate.flags.length > 0)) {
    const view = await desk.get<CaseView>(`/api/cases/${row.id}`);
    const phone = view.phones.find((candidate) => candidate.kind !== 'workplace' && /[0-4]$/.test(candidate.display));
    if (phone && view.gate.allowed) return { caseId: row.id, phoneId: phone.id, number: phone.display };
  }
  throw new Error('no open case has a flag and an answered number');
}

mkdirSync(folder, { recursive: true });
mkdirSync(otherSizes, { recursive: true });
const centre = await Centre.start(2);
const seat = await launchSeat();
try {
  const page = await (await newSeatContext(seat, centre.origin)).newPage();
  const desk = new AgentDesk(page, centre);
  await page.goto('/login');
  await page.getByTestId('log-in').waitFor();
  await picture(page, 'login');
  await desk.logIn('k1207');
  await desk.untilPhoneReady();
  await page.goto('/today');
  await page.getByTestId('today-row').first().waitFor();
  await picture(page, 'today');

  const { caseId, phoneId, number } = await findFlaggedCase(desk);
  await page.goto(`/desk/${caseId}`);
  await page.getByTestId('dial-button').first().waitFor();
  await picture(page, 'agent-desk-before-the-call');
  await desk.dialNumberEndingIn(7);
  await desk.expectPhase('ringing');
  await picture(page, 'agent-desk-ringing');
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await desk.saveResult();

  await page.goto(`/desk/${caseId}`);
  await desk.untilPhoneReady();
  await page.getByTestId(`dial-${phoneId}`).click();
  await desk.expectPhase('talking');
  await page.getByTestId('identity-name-match').click();
  await page.getByTestId('identity-birth-date-match').click();
  await page.getByTestId('note').fill('年金の支給後に納めるとのこと。納付書を紛失、再発行を希望。');
  await page.getByTestId('draft-saved').waitFor();
  await page.waitForTimeout(8_000);
  await picture(page, 'agent-desk-in-call');
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await picture(page, 'agent-desk-wrap-up');
  await desk.saveResult('11');
  await page.goto(`/desk/${caseId}`);
  await page.getByTestId('play-recording').first().click();
  await page.getByTestId('waveform').waitFor();
  await picture(page, 'recording');

  await page.goto('/today');
  await desk.untilPhoneReady();
  const call = await centre.carrier.ringIn(number.replaceAll('-', ''), '0220001100');
  await page.getByTestId('inbound-pop').waitFor();
  await picture(page, 'inbound');
  await centre.carrier.hangUp(call);

  const board = await (await newSeatContext(seat, centre.origin)).newPage();
  await new AgentDesk(board, centre).logIn('k3001');
  await board.waitForURL(/today|wallboard|desk/);
  await board.goto('/wallboard');
  await board.locator('.huge').waitFor();
  await picture(board, 'wallboard');
} finally {
  await seat.close();
  await centre.stop();
}
