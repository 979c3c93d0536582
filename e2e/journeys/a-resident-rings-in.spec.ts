import { AGENT_TONE_HZ, RESIDENT_TONE_HZ, expect, test } from '../support/test.ts';
import { heardInPage } from '../support/ear.ts';
import type { CaseView, TodayView } from '#contracts/cases.contract';

test('a resident rings the insurance number: the desk pops masked, the agent answers, identifies the caller and opens the case', async ({
  desk,
  centre,
}) => {
  const today = await desk.get<TodayView>('/api/cases/today');
  const row = today.rows.find((candidate) => candidate.state === 'open');
  if (!row) throw new Error('no open case');
  const known = await desk.get<CaseView>(`/api/cases/${row.id}`);
  const from = known.phones[0]?.display.replaceAll('-', '') ?? '';

  const id = await centre.carrier.ringIn(from, '0220001100');
  const pop = desk.page.getByTestId('inbound-pop');
  await expect(pop).toBeVisible();
  await expect(desk.page.getByTestId('candidate-row').first()).toContainText('●');
  await expect(desk.page.locator('body')).not.toContainText(known.person.name);

  await desk.page.getByTestId('answer-button').click();
  await desk.expectPhase('talking');
  await desk.page.waitForTimeout(1_200);
  expect((await centre.carrier.heard(id, AGENT_TONE_HZ))[AGENT_TONE_HZ]).toBeGreaterThan(-30);
  expect((await heardInPage(desk.page, RESIDENT_TONE_HZ))[RESIDENT_TONE_HZ]).toBeGreaterThan(-30);
  expect((await desk.currentCall())?.caseId).toBeNull();

  await desk.page.getByTestId('candidate-row').first().click();
  await desk.page.getByTestId('said-kana').fill(known.person.kana);
  await desk.page.getByTestId('said-birthDate').fill('1901-01-01');
  await desk.page.getByTestId('identify-button').click();
  await expect.poll(async () => (await desk.currentCall())?.isIdentified).toBe(false);
  await desk.page.getByTestId('said-birthDate').fill(known.person.birthDate);
  await desk.page.getByTestId('identify-button').click();
  await expect.poll(async () => (await desk.currentCall())?.isIdentified).toBe(true);
  await expect(desk.page.getByRole('heading', { name: known.person.name })).toBeVisible();

  await centre.carrier.hangUp(id);
  await desk.expectPhase('wrap-up');
  await desk.expectSuggestedResult('11');
  await desk.saveResult();
});

test('a caller who gives up leaves the desk as it was', async ({ desk, centre }) => {
  const id = await centre.carrier.ringIn('09000000990', '0220001100');
  await expect(desk.page.getByTestId('inbound-pop')).toBeVisible();
  await centre.carrier.hangUp(id);
  await expect(desk.page.getByTestId('inbound-pop')).toBeHidden({ timeout: 2_000 });
  await desk.expectPhase('idle');
});
