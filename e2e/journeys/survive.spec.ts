import { AGENT_TONE_HZ, RESIDENT_TONE_HZ, expect, test } from '../support/test.ts';
import { heardInPage } from '../support/ear.ts';

const REATTACHED_WITHIN_MS = 3_000;

test('a reload in mid-call: the desk is back within three seconds, with sound and the draft note', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  const { id } = await centre.carrier.current();
  const callId = (await desk.currentCall())?.id;
  await desk.page.getByTestId('note').fill('年金の支給後に納めるとのこと。');
  await expect.poll(async () => (await desk.currentCall())?.draft.note).toBe('年金の支給後に納めるとのこと。');

  const reloadedAt = Date.now();
  await desk.page.reload({ waitUntil: 'commit' });
  await desk.untilPhoneReady(REATTACHED_WITHIN_MS);
  await desk.expectPhase('talking', REATTACHED_WITHIN_MS);
  const agentTone = async (): Promise<number> => Number((await centre.carrier.heard(id, AGENT_TONE_HZ))[AGENT_TONE_HZ]);
  await expect
    .poll(() =>
      desk.page.evaluate(() => document.querySelector<HTMLAudioElement>('[data-testid="remote-audio"]')?.srcObject !== null),
    )
    .toBe(true);
  expect(Date.now() - reloadedAt).toBeLessThan(REATTACHED_WITHIN_MS);
  await expect.poll(agentTone).toBeGreaterThan(-30);
  expect((await heardInPage(desk.page, RESIDENT_TONE_HZ))[RESIDENT_TONE_HZ]).toBeGreaterThan(-30);
  await expect(desk.page.getByTestId('note')).toHaveValue('年金の支給後に納めるとのこと。');
  expect((await desk.currentCall())?.id).toBe(callId);
  expect((await centre.gateway.open()).relayCalls).toBe(2);

  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await expect.poll(async () => (await desk.currentCall())?.recording).toBe('ready');
  await desk.saveResult('11');
});

test('the server is killed in mid-call: the call goes on, and what happened meanwhile arrives after the restart', async ({
  desk,
  centre,
}) => {
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  const { id } = await centre.carrier.current();
  const pid = centre.stack.pidOf('server');
  if (!pid) throw new Error('the server has no process');
  process.kill(-pid, 'SIGKILL');
  await desk.page.waitForTimeout(400);
  expect((await centre.carrier.call(id)).state).toBe('talking');
  expect((await centre.carrier.heard(id, AGENT_TONE_HZ))[AGENT_TONE_HZ]).toBeGreaterThan(-30);

  // The resident hangs up while nobody listens to facts.
  await centre.carrier.hangUp(id);
  await expect.poll(() => centre.restarts).toContain('server');
  await desk.expectPhase('wrap-up', 20_000);
  await expect.poll(async () => (await desk.currentCall())?.recording, { timeout: 15_000 }).toBe('ready');
  const call = await desk.currentCall();
  expect(call?.endedBy).toBe('resident');
  await desk.saveResult('51');
});
