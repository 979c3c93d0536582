import { randomUUID } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { io } from 'socket.io-client';
import { WebSocket } from 'ws';
import type { CaseView } from '#contracts/cases.contract';
import type { Ack, Problem } from '#contracts/problem.contract';
import type { PhoneCredential } from '#contracts/users.contract';
import { AgentDesk } from '../support/agent-desk.ts';
import { registerOverWebSocket, sendOverUdp } from '../support/raw-sip.ts';
import { expect, test } from '../support/test.ts';

test('a wrong password is refused in words, and tells nothing about the account', async ({ openPage, centre }) => {
  const page = await openPage();
  await new AgentDesk(page, centre).logIn('k1207', 'not-the-password');
  await expect(page.getByRole('alert')).toBeVisible();
  const known = await page.request.post('/api/session', {
    headers: { origin: centre.origin },
    data: { userNumber: 'k1215', password: 'x' },
  });
  const unknown = await page.request.post('/api/session', {
    headers: { origin: centre.origin },
    data: { userNumber: 'k7777', password: 'x' },
  });
  const [first, second] = [(await known.json()) as Problem, (await unknown.json()) as Problem];
  expect([known.status(), first.code, first.detail]).toEqual([unknown.status(), second.code, second.detail]);
});

test('a dial request to a number that is on no such case is refused', async ({ desk, centre }) => {
  const one = await desk.findNumberEndingIn(0);
  const other = await desk.findNumberEndingIn(6);
  const view = await desk.get<CaseView>(`/api/cases/${one.caseId}`);
  const cookie = (await desk.page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
  const socket = io(centre.origin, {
    transports: ['websocket'],
    extraHeaders: { cookie, origin: centre.origin },
    forceNew: true,
  });
  const dial = { requestId: randomUUID(), caseId: one.caseId, phoneId: other.phoneId, categoryCode: view.debts[0]?.categoryCode };
  const refused = (await socket.timeout(5_000).emitWithAck('call:dial', dial)) as Ack<unknown>;
  expect(refused.ok ? 'accepted' : refused.problem.code).toBe('call.number-not-on-case');
  const malformed = (await socket.timeout(5_000).emitWithAck('call:dial', { number: '110' })) as Ack<unknown>;
  expect(malformed.ok ? 'accepted' : malformed.problem.code).toBe('request.invalid');
  // No acknowledgement to call, no object to read: the server must not mind.
  socket.emit('call:dial', null);
  socket.emit('call:no-such-command', 'x');
  socket.close();
  expect(await centre.carrier.calls().then((calls) => calls.filter((call) => call.state !== 'ended'))).toEqual([]);
  expect((await desk.page.request.get('/api/session')).status()).toBe(200);
});

test('a phone credential is good for nobody else: wrong, revoked and foreign registrations are refused', async ({
  desk,
  centre,
}) => {
  const answer = await desk.page.request.post('/api/phone/credential', { headers: { origin: centre.origin } });
  const credential = (await answer.json()) as PhoneCredential;
  const webSocketUri = credential.webSocketUri;
  const right = { username: credential.username, password: credential.password, realm: centre.settings.SIP_DOMAIN };
  expect(await registerOverWebSocket(webSocketUri, right)).toBe(200);
  expect(await registerOverWebSocket(webSocketUri, { ...right, password: 'wrong' })).toBeGreaterThanOrEqual(401);
  expect(await registerOverWebSocket(webSocketUri, { ...right, username: 'deadbeef' })).toBeGreaterThanOrEqual(401);
  const overUdp = await sendOverUdp(centre.settings.ports.sip, 'REGISTER', credential.username, centre.settings.SIP_DOMAIN);
  expect(overUdp).toBe(403);
  await desk.page.request.delete('/api/session', { headers: { origin: centre.origin } });
  expect(await registerOverWebSocket(webSocketUri, right)).toBeGreaterThanOrEqual(401);
});

test('an unknown SIP method is answered 405 or 501 and disturbs nothing', async ({ desk, centre }) => {
  expect([405, 501]).toContain(await sendOverUdp(centre.settings.ports.sip, 'JUGGLE', 'desk', centre.settings.SIP_DOMAIN));
  const socket = new WebSocket(`ws://127.0.0.1:${centre.settings.SIP_WS_PORT}`, 'sip');
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send('this is no SIP at all\r\n\r\n');
  socket.close();
  await desk.dialNumberEndingIn(0);
  await desk.expectPhase('talking');
  await desk.hangUp();
  await desk.expectPhase('wrap-up');
  await desk.saveResult('21');
});

test('the logs of all of this hold no name and no number of a resident', async ({ desk, centre }) => {
  const { caseId } = await desk.findNumberEndingIn(0);
  const view = await desk.get<CaseView>(`/api/cases/${caseId}`);
  const national = view.phones.map((phone) => phone.display.replaceAll('-', ''));
  const forbidden = [
    view.person.name,
    view.person.kana,
    view.person.address,
    ...national,
    ...national.map((number) => `+81${number.slice(1)}`),
    centre.password,
  ];
  for (const name of readdirSync(centre.logFolder)) {
    // The carrier's own log stands outside the centre.
    if (name.startsWith('carrier')) continue;
    const text = readFileSync(path.join(centre.logFolder, name), 'utf8');
    for (const personal of forbidden) expect(text.includes(personal), `${name} holds personal data`).toBe(false);
  }
});
