import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { AgentDesk } from '../support/agent-desk.ts';
import { Centre } from '../support/centre.ts';
import { heardInPage } from '../support/ear.ts';
import { AGENT_TONE_HZ, launchSeat, newSeatContext } from '../support/seat.ts';
import { expect, test as base } from '../support/test.ts';
import { runSipp, startSipp } from '../sip/sipp.ts';

const SIPP = '127.0.0.1:19987';
/** The trunk is told apart by its address, not by its port. */
const ELSEWHERE = '127.0.0.2:19988';
const INSURANCE_NUMBER = '0220001100';
const CALLER = '09000000123';

/** A centre whose carrier is SIPp: the other end of the line shares no code with ours. */
const test = base.extend<
  object,
  { readonly stranger: { readonly centre: Centre; readonly desk: AgentDesk; readonly sipPort: string } }
>({
  stranger: [
    // eslint-disable-next-line no-empty-pattern -- Playwright reads the fixtures a function needs from this pattern.
    async ({}, use) => {
      const folder = await mkdtemp(path.join(tmpdir(), 'kakehashi-trunk-'));
      const trunks = path.join(folder, 'trunks.json');
      // SIPp plays one call: an OPTIONS would be a message its scenario does not expect.
      await writeFile(trunks, JSON.stringify([{ id: 'sipp', address: SIPP, asked: false }]));
      const centre = await Centre.start(4, { SIP_TRUNKS_FILE: trunks });
      const seat = await launchSeat();
      const desk = new AgentDesk(await (await newSeatContext(seat, centre.origin)).newPage(), centre);
      await desk.logIn('k1207');
      await desk.untilPhoneReady();
      await use({ centre, desk, sipPort: `127.0.0.1:${centre.settings.ports.sip}` });
      await seat.close();
      await centre.stop();
      await rm(folder, { recursive: true });
    },
    { scope: 'worker', timeout: 120_000 },
  ],
});

test('SIPp as the resident answers and echoes: the agent hears the own tone come back', async ({ stranger: { desk } }) => {
  const resident = await startSipp('uas-answers', { local: SIPP, pauseMs: 500 });
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  await expect.poll(async () => (await heardInPage(desk.page, AGENT_TONE_HZ))[AGENT_TONE_HZ]).toBeGreaterThan(-30);
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  const { exitCode, errors } = await resident.finished;
  expect([exitCode, errors]).toEqual([0, '']);
  await desk.saveResult('21');
});

test('SIPp as a busy resident ends as busy', async ({ stranger: { desk } }) => {
  const resident = await startSipp('uas-busy', { local: SIPP });
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('wrap-up');
  await desk.expectSuggestedResult('34');
  expect((await resident.finished).exitCode).toBe(0);
  await desk.saveResult();
});

test('SIPp rings in from the trunk, the agent answers, SIPp hangs up', async ({ stranger: { desk, sipPort } }) => {
  const calling = runSipp('uac-rings-in', {
    local: SIPP,
    remote: sipPort,
    service: INSURANCE_NUMBER,
    caller: CALLER,
    pauseMs: 2_000,
  });
  await expect(desk.page.getByTestId('inbound-pop')).toBeVisible();
  await desk.page.getByTestId('answer-button').click();
  await desk.expectPhase('talking');
  const { exitCode, errors } = await calling;
  expect([exitCode, errors]).toEqual([0, '']);
  await desk.expectPhase('wrap-up');
  await desk.saveResult('21');
});

test('a call from an address that is no trunk is refused and pops up nowhere', async ({ stranger: { desk, sipPort } }) => {
  const refused = await runSipp('uac-from-elsewhere', {
    local: ELSEWHERE,
    remote: sipPort,
    service: INSURANCE_NUMBER,
    caller: CALLER,
  });
  expect([refused.exitCode, refused.errors]).toEqual([0, '']);
  await expect(desk.page.getByTestId('inbound-pop')).toBeHidden();
});

test('an unknown method is refused', async ({ stranger: { sipPort } }) => {
  const refused = await runSipp('uac-unknown-method', {
    local: ELSEWHERE,
    remote: sipPort,
    service: INSURANCE_NUMBER,
    caller: CALLER,
  });
  expect([refused.exitCode, refused.errors]).toEqual([0, '']);
});
