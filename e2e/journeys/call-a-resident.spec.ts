import { readSound, levelOf } from '../support/wave-analysis.ts';
import { heardInPage } from '../support/ear.ts';
import { AGENT_TONE_HZ, RESIDENT_TONE_HZ, expect, test } from '../support/test.ts';

/** Both ears must be this much louder in the other's tone than in anything of their own. */
const APART_DB = 30;

test('an agent calls a resident, both hear each other, and the recording keeps each on a channel of their own', async ({
  desk,
  centre,
}) => {
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  const residentCall = await centre.carrier.current();
  await desk.page.waitForTimeout(1_500);

  const residentHears = await centre.carrier.heard(residentCall.id, AGENT_TONE_HZ, RESIDENT_TONE_HZ);
  expect(residentHears[AGENT_TONE_HZ]).toBeGreaterThan(-30);
  expect(residentHears[RESIDENT_TONE_HZ]).toBeLessThan(Number(residentHears[AGENT_TONE_HZ]) - APART_DB);

  const agentHears = await heardInPage(desk.page, AGENT_TONE_HZ, RESIDENT_TONE_HZ);
  expect(agentHears[RESIDENT_TONE_HZ]).toBeGreaterThan(-30);
  expect(agentHears[AGENT_TONE_HZ]).toBeLessThan(Number(agentHears[RESIDENT_TONE_HZ]) - APART_DB);

  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await expect.poll(async () => (await desk.currentCall())?.recording).toBe('ready');
  const call = await desk.currentCall();
  if (!call?.answeredAt || !call.endedAt) throw new Error('the call has no talk time');
  const talkSeconds = (Date.parse(call.endedAt) - Date.parse(call.answeredAt)) / 1_000;

  const answer = await desk.page.request.get(`/api/calls/${call.id}/recording`);
  expect(answer.status()).toBe(200);
  const recording = readSound(await answer.body());
  expect(recording.channels).toHaveLength(2);
  expect(Math.abs(recording.seconds - talkSeconds)).toBeLessThan(0.1);
  const [agent, resident] = recording.channels.map((samples) => {
    const settled = samples.subarray(Math.floor(samples.length / 4), Math.floor((samples.length * 3) / 4));
    return {
      agentTone: levelOf(settled, AGENT_TONE_HZ, recording.sampleRate),
      residentTone: levelOf(settled, RESIDENT_TONE_HZ, recording.sampleRate),
    };
  });
  expect(agent?.agentTone).toBeGreaterThan(-30);
  expect(agent?.residentTone).toBeLessThan(Number(agent?.agentTone) - APART_DB);
  expect(resident?.residentTone).toBeGreaterThan(-30);
  expect(resident?.agentTone).toBeLessThan(Number(resident?.residentTone) - APART_DB);

  const caseId = call.caseId;
  await desk.saveResult('11');
  await desk.page.goto(`/desk/${caseId}`);
  await desk.page.getByTestId('play-recording').first().click();
  await expect(desk.page.getByTestId('waveform')).toBeVisible();
  await desk.page.getByTestId('play').click();
  await expect
    .poll(() =>
      desk.page.evaluate(() => document.querySelector<HTMLAudioElement>('[data-testid="recording-audio"]')?.currentTime ?? 0),
    )
    .toBeGreaterThan(0.5);
});

test('digits pressed at the desk reach the resident', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(1);
  await desk.expectPhase('talking');
  const residentCall = await centre.carrier.current();
  await desk.page.getByTestId('dialpad-button').click();
  for (const digit of ['1', '5', '#']) await desk.page.getByTestId(`dialpad-${digit}`).click();
  await expect.poll(() => centre.carrier.digits(residentCall.id)).toBe('15#');
  await desk.page.keyboard.press('Escape');
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await desk.saveResult('21');
});

test('a muted agent is not heard, and is heard again after', async ({ desk, centre }) => {
  await desk.dialNumberEndingIn(2);
  await desk.expectPhase('talking');
  const residentCall = await centre.carrier.current();
  const agentLevel = async (): Promise<number> =>
    Number((await centre.carrier.heard(residentCall.id, AGENT_TONE_HZ))[AGENT_TONE_HZ]);
  await expect.poll(agentLevel).toBeGreaterThan(-30);
  await desk.page.getByTestId('mute-button').click();
  await expect.poll(agentLevel).toBeLessThan(-60);
  await desk.page.getByTestId('mute-button').click();
  await expect.poll(agentLevel).toBeGreaterThan(-30);
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await desk.saveResult('21');
});
