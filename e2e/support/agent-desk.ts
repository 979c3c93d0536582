import { expect, type Page } from '@playwright/test';
import type { CallPhase, CurrentCallView } from '#contracts/calls.contract';
import type { CaseView, TodayView } from '#contracts/cases.contract';
import type { Centre } from './centre.ts';

/** How a screen must keep up with what happened on the line (the product's own goal). */
export const SCREEN_WITHIN_MS = 500;

/** What an agent does at the desk, in the agent's words. */
export class AgentDesk {
  readonly page: Page;
  readonly centre: Centre;

  constructor(page: Page, centre: Centre) {
    this.page = page;
    this.centre = centre;
  }

  async logIn(userNumber: string, password = this.centre.password): Promise<void> {
    await this.page.goto('/');
    await this.page.getByTestId('user-number').fill(userNumber);
    await this.page.getByTestId('password').fill(password);
    await this.page.getByTestId('log-in').click();
  }

  async untilPhoneReady(timeoutMs = 10_000): Promise<void> {
    await expect(this.page.getByTestId('phone-state').first()).toHaveAttribute('data-state', 'ready', { timeout: timeoutMs });
  }

  /** A case of today's list one of whose numbers ends in `digit`, which decides how the synthetic resident behaves. */
  async findNumberEndingIn(digit: number): Promise<{ caseId: string; phoneId: string; number: string }> {
    const today = await this.get<TodayView>('/api/cases/today');
    for (const row of today.rows.filter((candidate) => candidate.state === 'open')) {
      const view = await this.get<CaseView>(`/api/cases/${row.id}`);
      const phone = view.phones.find((candidate) => candidate.kind !== 'workplace' && candidate.display.endsWith(String(digit)));
      if (phone && view.gate.allowed) return { caseId: row.id, phoneId: phone.id, number: phone.display };
    }
    throw new Error(`no open case has a number ending in ${digit}`);
  }

  /** Opens a case whose resident behaves as the digit says and dials that number. */
  async dialNumberEndingIn(digit: number): Promise<void> {
    const found = await this.findNumberEndingIn(digit);
    await this.page.goto(`/desk/${found.caseId}`);
    await this.untilPhoneReady();
    await this.page.getByTestId(`dial-${found.phoneId}`).click();
  }

  async expectPhase(phase: CallPhase | 'idle', timeoutMs = 10_000): Promise<void> {
    await expect(this.page.getByTestId('call-phase')).toHaveAttribute('data-phase', phase, { timeout: timeoutMs });
  }

  async hangUp(): Promise<void> {
    await this.page.getByTestId('hang-up-button').click();
  }

  /** The result that the line suggests is chosen already: as the one large answer after a call nobody took, or in the row of codes. */
  async expectSuggestedResult(code: string): Promise<void> {
    const chosen = this.page.locator(
      `[data-testid="result-selected"][data-code="${code}"], [data-testid="result-${code}"][data-selected="true"]`,
    );
    await expect(chosen.first()).toBeVisible();
  }

  /** Saves with the suggested result, or with another one. */
  async saveResult(code?: string): Promise<void> {
    if (code) {
      const choice = this.page.getByTestId(`result-${code}`);
      if ((await choice.count()) === 0) await this.page.getByTestId('result-more').click();
      await choice.click();
    }
    await this.page.getByTestId('save-result').click();
    await expect.poll(async () => (await this.currentCall())?.phase ?? 'done').toBe('done');
  }

  async currentCall(): Promise<CurrentCallView['call']> {
    return (await this.get<CurrentCallView>('/api/calls/current')).call;
  }

  /** Asks the API from inside the page, with its cookie and its trust. */
  async get<T>(path: string): Promise<T> {
    return this.page.evaluate(async (address) => {
      const answer = await fetch(address);
      if (!answer.ok) throw new Error(`${address} answered ${answer.status}`);
      return (await answer.json()) as T;
    }, path);
  }

  /** Ends what is open and logs out, so that the next journey finds an idle centre. */
  async leave(): Promise<void> {
    const call = await this.currentCall().catch(() => null);
    if (call && call.phase !== 'wrap-up' && call.phase !== 'done') await this.hangUp().catch(() => undefined);
    await this.page.evaluate(() => fetch('/api/session', { method: 'DELETE' }));
    await expect.poll(async () => (await this.centre.gateway.open()).calls).toBe(0);
  }
}
