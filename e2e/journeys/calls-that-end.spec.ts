import { SCREEN_WITHIN_MS, type AgentDesk } from '../support/agent-desk.ts';
import type { Centre } from '../support/centre.ts';
import { AGENT_TONE_HZ, expect, test } from '../support/test.ts';

/** What may stay open between calls: the agent's parked media session, and nothing else. */
async function expectOnlyTheParkedLeg(centre: Centre): Promise<void> {
  await expect
    .poll(() => centre.gateway.open())
    .toEqual({
      calls: 0,
      phones: 1,
      sipDialogs: 1,
      mixerLegs: [expect.stringMatching(/^agent:/)],
      recordings: [],
      relayCalls: 1,
    });
}

/** Waits until the carrier's side of the newest call is over, then holds the screen to its half second. */
async function expectWrapUpInTime(desk: AgentDesk, result: string): Promise<void> {
  await expect
    .poll(async () => (await desk.centre.carrier.calls()).every((call) => call.state === 'ended'), {
      intervals: [20],
      timeout: 15_000,
    })
    .toBe(true);
  await desk.expectPhase('wrap-up', SCREEN_WITHIN_MS);
  await desk.expectSuggestedResult(result);
}

test('the agent hangs up: wrap-up with nobody on the line', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  await desk.hangUp();
  await desk.expectPhase('wrap-up', SCREEN_WITHIN_MS);
  await desk.expectSuggestedResult('21');
  await expectOnlyTheParkedLeg(centre);
  await desk.saveResult();
});

test('the resident hangs up first: suggested as cut off', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  const { id } = await centre.carrier.current();
  await centre.carrier.hangUp(id);
  await expectWrapUpInTime(desk, '51');
  await expectOnlyTheParkedLeg(centre);
  await desk.saveResult();
});

test('an identified resident is suggested as contact', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  await desk.page.getByTestId('identity-name-match').click();
  await desk.page.getByTestId('identity-birth-date-match').click();
  await expect.poll(async () => (await desk.currentCall())?.isIdentified).toBe(true);
  await centre.carrier.hangUp((await centre.carrier.current()).id);
  await expectWrapUpInTime(desk, '11');
  await desk.saveResult();
});

test('a busy number ends as busy', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(6);
  await expectWrapUpInTime(desk, '34');
  await expectOnlyTheParkedLeg(centre);
  await desk.saveResult();
});

test('an unallocated number ends as unallocated', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(9);
  await expectWrapUpInTime(desk, '41');
  await expectOnlyTheParkedLeg(centre);
  await desk.saveResult();
});

test('a call cancelled while it rings is suggested as cancelled', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(7);
  await desk.expectPhase('ringing');
  await desk.hangUp();
  await desk.expectPhase('wrap-up', SCREEN_WITHIN_MS);
  await desk.expectSuggestedResult('71');
  await expectOnlyTheParkedLeg(centre);
  await desk.saveResult();
});

test('nobody answers: the call ends by itself as not at home', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(7);
  await desk.expectPhase('ringing');
  await expect
    .poll(async () => (await centre.carrier.calls()).every((call) => call.state === 'ended'), { timeout: 60_000 })
    .toBe(true);
  await expectWrapUpInTime(desk, '31');
  await expectOnlyTheParkedLeg(centre);
  await desk.saveResult();
});

test('a parked microphone is heard by nobody and recorded nowhere', async ({ desk, centre }) => {
  await expectOnlyTheParkedLeg(centre);
  const id = await centre.carrier.ringIn('09000000123', '0220001100');
  await expect(desk.page.getByTestId('inbound-pop')).toBeVisible();
  // The caller waits with early media open or not: in neither case may the agent's tone reach him before the answer.
  await desk.page.waitForTimeout(1_200);
  const heard = await centre.carrier.heard(id, AGENT_TONE_HZ);
  expect(heard[AGENT_TONE_HZ]).toBeLessThan(-70);
  expect((await centre.gateway.open()).recordings).toEqual([]);
  await centre.carrier.hangUp(id);
  await expect(desk.page.getByTestId('inbound-pop')).toBeHidden();
});
