import { expect, test } from '../support/test.ts';
import { AgentDesk } from '../support/agent-desk.ts';

test('the wallboard follows a call without a reload', async ({ desk, openPage, centre }) => {
  const page = await openPage();
  const manager = new AgentDesk(page, centre);
  await manager.logIn('k3001');
  await page.waitForURL(/\/wallboard|\/today/);
  await page.goto('/wallboard');
  await expect(page.locator('li.talk strong')).toHaveText('0');
  const callsBefore = Number(await page.getByTestId('board-calls-today').textContent());
  let loads = 0;
  page.on('load', () => (loads += 1));

  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  await expect(page.locator('li.talk strong')).toHaveText('1');
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await expect(page.locator('li.talk strong')).toHaveText('0');
  await expect(page.getByTestId('board-calls-today')).toHaveText(String(callsBefore + 1));
  await expect(page.locator('footer .fresh')).toContainText('つながっています');
  expect(loads).toBe(0);
  await desk.saveResult('21');
});
