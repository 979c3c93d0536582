import { AgentDesk } from '../support/agent-desk.ts';
import { Centre } from '../support/centre.ts';
import { heardInPage } from '../support/ear.ts';
import { SeatNamespace } from '../support/seat-namespace.ts';
import { AGENT_TONE_HZ, CHROMIUM, launchSeat, newSeatContext } from '../support/seat.ts';
import { RESIDENT_TONE_HZ, expect, test } from '../support/test.ts';

test.skip(process.getuid?.() !== 0, 'a network namespace needs root');

test('a browser on another machine reaches the centre over HTTPS and WSS and makes a call with sound both ways', async () => {
  test.setTimeout(150_000);
  const seatMachine = new SeatNamespace();
  const centre = await Centre.start(3, {}, seatMachine.hostAddress);
  const authority = centre.stack.certificates?.authorityFile;
  if (!authority) throw new Error('--lan made no authority');
  seatMachine.trust(authority);
  const seat = await launchSeat({ executablePath: seatMachine.chromium(CHROMIUM), isOnThisMachine: false });
  try {
    const page = await (await newSeatContext(seat, centre.origin)).newPage();
    expect(centre.origin).toMatch(/^https:/);
    const desk = new AgentDesk(page, centre);
    await desk.logIn('k1207');
    await desk.untilPhoneReady();
    await desk.dialNumberEndingIn(0);
    await desk.expectPhase('talking');
    await page.waitForTimeout(1_500);
    const { id } = await centre.carrier.current();
    expect((await centre.carrier.heard(id, AGENT_TONE_HZ))[AGENT_TONE_HZ]).toBeGreaterThan(-30);
    expect((await heardInPage(page, RESIDENT_TONE_HZ))[RESIDENT_TONE_HZ]).toBeGreaterThan(-30);
    await desk.hangUp();
    await desk.expectPhase('wrap-up');
    await desk.saveResult('21');
  } finally {
    await seat.close();
    await centre.stop();
    seatMachine.remove();
  }
});
