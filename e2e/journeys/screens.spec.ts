import AxeBuilder from '@axe-core/playwright';
import type { Page } from '@playwright/test';
import { expect, test } from '../support/test.ts';

async function expectAccessible(page: Page): Promise<void> {
  const { violations } = await new AxeBuilder({ page }).analyze();
  expect(
    violations.map((violation) => `${violation.id}: ${violation.nodes.map((node) => node.target.join(' ')).join(', ')}`),
  ).toEqual([]);
}

/** Everything a page asks for must come from this machine, and nothing may fail in its console. */
function watch(page: Page, origin: string): { readonly foreign: string[]; readonly errors: string[] } {
  const seen = { foreign: [] as string[], errors: [] as string[] };
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (url.protocol.startsWith('http') && url.origin !== origin) seen.foreign.push(url.origin);
  });
  page.on('console', (message) => {
    if (message.type() === 'error') seen.errors.push(message.text());
  });
  page.on('pageerror', (error) => seen.errors.push(error.message));
  return seen;
}

test('log-in, list, desk and wallboard are accessible, quiet in the console and load nothing from elsewhere', async ({
  desk,
  openPage,
  centre,
}) => {
  const seen = watch(desk.page, centre.origin);
  await desk.page.goto('/today');
  await expect(desk.page.getByTestId('today-row').first()).toBeVisible();
  await expectAccessible(desk.page);

  const { caseId } = await desk.findNumberEndingIn(0);
  await desk.page.goto(`/desk/${caseId}`);
  await expect(desk.page.getByTestId('dial-button').first()).toBeVisible();
  await expectAccessible(desk.page);

  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  await expectAccessible(desk.page);
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await expectAccessible(desk.page);
  await desk.saveResult('21');

  const other = await openPage();
  const seenByOther = watch(other, centre.origin);
  await other.goto('/login');
  await expect(other.getByTestId('log-in')).toBeVisible();
  await expectAccessible(other);
  await other.getByTestId('user-number').fill('k3001');
  await other.getByTestId('password').fill(centre.password);
  await other.getByTestId('log-in').click();
  await other.waitForURL('**/wallboard');
  await expect(other.locator('.huge')).toBeVisible();
  await expectAccessible(other);

  const supervisor = await openPage();
  const seenBySupervisor = watch(supervisor, centre.origin);
  await supervisor.goto('/login');
  await supervisor.getByTestId('user-number').fill('k2001');
  await supervisor.getByTestId('password').fill(centre.password);
  await supervisor.getByTestId('log-in').click();
  await supervisor.waitForURL('**/live-calls');
  await expect(supervisor.getByTestId('live-count')).toBeVisible();
  await expectAccessible(supervisor);
  await supervisor.goto('/recordings');
  await expect(supervisor.locator('main h1').first()).toBeVisible();
  await expectAccessible(supervisor);

  expect([...seen.foreign, ...seenByOther.foreign, ...seenBySupervisor.foreign]).toEqual([]);
  // The browser itself reports the 401 by which a page learns that nobody is logged in.
  expect([...seen.errors, ...seenByOther.errors, ...seenBySupervisor.errors].filter((text) => !text.includes('401'))).toEqual([]);
});

test('the whole desk is there in English, without a reload', async ({ desk }) => {
  const { caseId } = await desk.findNumberEndingIn(0);
  await desk.page.goto(`/desk/${caseId}`);
  await expect(desk.page.locator('html')).toHaveAttribute('lang', 'ja');
  await desk.page.locator('kk-user-menu button.trigger').click();
  await desk.page.getByRole('menuitemradio', { name: 'English' }).click();
  await expect(desk.page.locator('html')).toHaveAttribute('lang', 'en');
  await expect(desk.page.getByTestId('dial-button').first()).toContainText(/Call|Dial/);
  await desk.page.locator('kk-user-menu button.trigger').click();
  await desk.page.getByRole('menuitemradio', { name: '日本語' }).click();
  await expect(desk.page.locator('html')).toHaveAttribute('lang', 'ja');
});
