import { AgentDesk } from '../../e2e/support/agent-desk.ts';
import { Centre } from '../../e2e/support/centre.ts';
import { launchSeat, newSeatContext } from '../../e2e/support/seat.ts';
import { percentile, type Benchmark } from '../benchmark.ts';
import { installStopwatch, readStopwatch, resetStopwatch } from './stopwatch-page.ts';

const CALLS = 50;
const QUICK_CALLS = 6;
const BARS = { clickToInvite: 200, answerToAudio: 150, inviteToPop: 300 };
const SETTLED_MS = 1_500;
const INSURANCE_NUMBER = '0220001100';

/** Every call goes through a real Chromium, the gateway, rtpengine and the carrier; all clocks are this machine's one clock. */
export const callSetup: Benchmark = async ({ quick, progress }) => {
  const count = quick ? QUICK_CALLS : CALLS;
  const centre = await Centre.start(1, { CARRIER_ANSWER_MS: '300' });
  const seat = await launchSeat();
  try {
    const desk = new AgentDesk(await (await newSeatContext(seat, centre.origin)).newPage(), centre);
    await desk.logIn('k1207');
    await desk.untilPhoneReady();
    const outbound = await measureOutbound(desk, count, progress);
    const inviteToPop = await measureInbound(desk, count, progress);
    const row = (what: string, samples: readonly number[], bar: number) => ({
      what,
      calls: samples.length,
      'p50 ms': percentile(samples, 0.5),
      'p95 ms': percentile(samples, 0.95),
      'bar ms': bar,
    });
    return {
      table: [
        row('click → INVITE on the trunk', outbound.clickToInvite, BARS.clickToInvite),
        row('200 OK → agent hears it', outbound.answerToAudio, BARS.answerToAudio),
        row('INVITE from the trunk → pop-up painted', inviteToPop, BARS.inviteToPop),
      ],
      figures: {
        n: count,
        click_to_invite_ms_p50: percentile(outbound.clickToInvite, 0.5),
        click_to_invite_ms_p95: percentile(outbound.clickToInvite, 0.95),
        answer_to_audio_ms_p50: percentile(outbound.answerToAudio, 0.5),
        answer_to_audio_ms_p95: percentile(outbound.answerToAudio, 0.95),
        invite_to_pop_ms_p50: percentile(inviteToPop, 0.5),
        invite_to_pop_ms_p95: percentile(inviteToPop, 0.95),
      },
    };
  } finally {
    await seat.close();
    await centre.stop();
  }
};

async function measureOutbound(desk: AgentDesk, count: number, progress: (line: string) => void) {
  const clickToInvite: number[] = [];
  const answerToAudio: number[] = [];
  const { caseId, phoneId } = await desk.findNumberEndingIn(0);
  for (let call = 1; call <= count; call += 1) {
    await desk.page.goto(`/desk/${caseId}`);
    await desk.untilPhoneReady();
    await installStopwatch(desk.page);
    // Between calls the media session stays up: nobody dials in the second in which the page was loaded.
    await desk.page.waitForTimeout(SETTLED_MS);
    await desk.page.getByTestId(`dial-${phoneId}`).click();
    await desk.expectPhase('talking');
    const heardAt = await readStopwatch(desk.page, 'toneHeard');
    const clickedAt = await readStopwatch(desk.page, 'click');
    const times = await desk.centre.carrier.times((await desk.centre.carrier.current()).id);
    clickToInvite.push(Number(times['invite']) - clickedAt);
    answerToAudio.push(heardAt - Number(times['answered']));
    await desk.hangUp();
    await desk.expectPhase('wrap-up');
    await desk.saveResult('21');
    if (call % 10 === 0) progress(`outbound ${call} / ${count}`);
  }
  return { clickToInvite, answerToAudio };
}

async function measureInbound(desk: AgentDesk, count: number, progress: (line: string) => void): Promise<number[]> {
  const inviteToPop: number[] = [];
  await desk.page.goto('/today');
  await desk.untilPhoneReady();
  await installStopwatch(desk.page);
  for (let call = 1; call <= count; call += 1) {
    await resetStopwatch(desk.page);
    const id = await desk.centre.carrier.ringIn('09000000123', INSURANCE_NUMBER);
    const paintedAt = await readStopwatch(desk.page, 'popPainted');
    const times = await desk.centre.carrier.times(id);
    inviteToPop.push(paintedAt - Number(times['invite']));
    await desk.centre.carrier.hangUp(id);
    await desk.page.getByTestId('inbound-pop').waitFor({ state: 'hidden' });
    if (call % 10 === 0) progress(`inbound ${call} / ${count}`);
  }
  return inviteToPop;
}
