import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import type { CallTimes, CallView } from './calls/carrier-call.ts';
import type { HeardLevels } from './media/heard-sound.ts';
import { startCarrier, type Carrier } from './carrier.ts';
import { TestGateway, type GatewayCall } from './test-gateway.ts';

const ANSWER_MS = 600;
const TIMEOUT_MS = 30_000;

describe('the carrier', () => {
  let gateway: TestGateway;
  let carrier: Carrier;

  beforeAll(async () => {
    gateway = await TestGateway.start();
    carrier = await startCarrier(
      {
        sip: { host: '127.0.0.1', port: 0 },
        gateway: { host: '127.0.0.1', port: gateway.port },
        control: { host: '127.0.0.1', port: 0 },
        rtpPorts: { from: 28_400, to: 28_439 },
        cache: '/nowhere',
        voice: 'tone',
        answerMs: ANSWER_MS,
        logLevel: 'silent',
      },
      pino({ level: 'silent' }),
    );
  });

  afterAll(async () => {
    await carrier.close();
    await gateway.close();
  });

  afterEach(async () => {
    for (const { id, state } of (await ask<CallView[]>('/calls')).body)
      if (state !== 'ended') await ask(`/calls/${id}`, { method: 'DELETE' });
    await until(async () => (await ask<CallView[]>('/calls')).body.every(({ state }) => state === 'ended'));
  });

  const uri = (number: string): string => `sip:${number}@${carrier.sip}`;

  async function ask<Answer>(
    path: string,
    init: { method?: string; body?: object } = {},
  ): Promise<{ status: number; body: Answer }> {
    const response = await fetch(`http://${carrier.control}${path}`, {
      method: init.method ?? 'GET',
      ...(init.body ? { headers: { 'content-type': 'application/json' }, body: JSON.stringify(init.body) } : {}),
    });
    const text = await response.text();
    // The carrier's own answers; a wrong shape fails the expectations.
    return { status: response.status, body: (text === '' ? null : JSON.parse(text)) as Answer };
  }

  async function newestCall(): Promise<CallView> {
    const [call] = (await ask<CallView[]>('/calls')).body;
    if (!call) throw new Error('the carrier knows no call');
    return call;
  }

  async function until(condition: () => boolean | Promise<boolean>, ms = 5000): Promise<void> {
    for (const end = performance.now() + ms; !(await condition()); await sleep(10)) {
      if (performance.now() > end) throw new Error('did not happen in time');
    }
  }

  const levelAtGateway = (call: GatewayCall, hz: number): number =>
    call.media.heard.measure(performance.now(), [hz]).dbfs[String(hz)] ?? NaN;

  async function levelAtResident(id: string, hz: number): Promise<number> {
    return (await ask<HeardLevels>(`/calls/${id}/heard?frequencies=${hz}`)).body.dbfs[String(hz)] ?? NaN;
  }

  /** A busy machine may swallow frames of any one second: waits for a second that has them all. */
  async function untilHeard(level: () => number | Promise<number>, dbfs: number): Promise<void> {
    await until(async () => Math.abs((await level()) - dbfs) < 0.5, 8000);
  }

  async function ringIn(from = '09000000123'): Promise<string> {
    const { status, body } = await ask<{ id: string }>('/calls', { method: 'POST', body: { from, to: '0220001100' } });
    expect(status).toBe(201);
    return body.id;
  }

  describe('when the gateway dials', () => {
    it('lets a resident ring, answer, speak and listen until the gateway hangs up', async () => {
      const started = performance.now();
      const call = await gateway.dial(uri('09000000120'));
      expect(performance.now() - started).toBeGreaterThan(ANSWER_MS - 20);
      expect(call.responses).toEqual([
        { status: 180, reason: undefined, hasSdp: false },
        { status: 200, reason: undefined, hasSdp: true },
      ]);
      const { id } = await newestCall();
      await untilHeard(() => levelAtGateway(call, 1000), -12);
      await untilHeard(() => levelAtResident(id, 440), -18);
      expect(await levelAtResident(id, 1000)).toBeLessThan(-38);
      const talkedMs = performance.now() - started - ANSWER_MS;
      await call.hangUp();
      const ended = (await ask<CallView>(`/calls/${id}`)).body;
      expect(ended).toEqual(
        jasmine.objectContaining({
          state: 'ended',
          status: 200,
          endedBy: 'gateway',
          resident: '09000000120',
          city: '0220001100',
        }),
      );
      expect(ended.ringMs).toBeGreaterThan(ANSWER_MS - 20);
      expect(Math.abs(ended.talkMs - talkedMs)).toBeLessThan(300);
    });

    it('tells the instants of the call in order', async () => {
      const before = Date.now();
      const call = await gateway.dial(uri('09000000121'));
      const { id } = await newestCall();
      await until(async () => (await levelAtResident(id, 440)) > -40);
      await call.hangUp();
      const times = (await ask<CallTimes>(`/calls/${id}/times`)).body;
      // RTP may overtake the ACK, which comes by way of the SIP server.
      const order = [times.invite, times.ringing, times.answered, times.acknowledged, times.ended];
      expect(Number(times.firstAudible)).toBeGreaterThan(Number(times.answered));
      expect(Number(times.firstAudible)).toBeLessThan(Number(times.ended));
      expect(order.every((instant) => instant !== null))
        .withContext(JSON.stringify(times))
        .toBeTrue();
      expect(order).toEqual([...order].sort((one, other) => Number(one) - Number(other)));
      expect(Number(times.invite)).toBeGreaterThan(before - 50);
      expect(Number(times.ended)).toBeLessThan(Date.now() + 50);
    });

    it('sends ringback as early media to numbers ending in 3', async () => {
      const call = await gateway.dial(uri('09000000123'));
      expect(call.responses.map(({ status, hasSdp }) => ({ status, hasSdp }))).toEqual([
        { status: 183, hasSdp: true },
        { status: 200, hasSdp: true },
      ]);
      // Once answered he speaks in 1000 Hz: what is heard of 400 Hz came before.
      expect(levelAtGateway(call, 400)).toBeGreaterThan(-40);
      await call.hangUp();
    });

    it(
      'lets the resident of a number ending in 5 hang up after 5 s',
      async () => {
        const call = await gateway.dial(uri('09000000125'));
        await until(() => call.isGone, 6000);
        const ended = await newestCall();
        expect(ended).toEqual(jasmine.objectContaining({ state: 'ended', status: 200, endedBy: 'resident' }));
        expect(Math.abs(ended.ringMs - 2000)).toBeLessThan(300);
        expect(Math.abs(ended.talkMs - 5000)).toBeLessThan(300);
      },
      TIMEOUT_MS,
    );

    it('refuses busy, unallocated and incomplete numbers with their Q.850 causes', async () => {
      const refusals = [
        { number: '09000000126', status: 486, reason: 'Q.850;cause=17' },
        { number: '09000000129', status: 404, reason: 'Q.850;cause=1' },
        { number: '0900000012', status: 484, reason: 'Q.850;cause=28' },
      ];
      for (const { number, status, reason } of refusals) {
        const call = await gateway.dial(uri(number));
        expect(call.responses).toEqual([{ status, reason, hasSdp: false }]);
        expect(await newestCall()).toEqual(jasmine.objectContaining({ state: 'ended', status, talkMs: 0 }));
      }
    });

    it('rings on at numbers ending in 7 until the gateway cancels', async () => {
      const call = await gateway.dial(uri('+819000000127'), (ringing) => setTimeout(() => ringing.cancel(), 300));
      expect(call.responses.map(({ status }) => status)).toEqual([180, 487]);
      const ended = await newestCall();
      expect(ended).toEqual(
        jasmine.objectContaining({ resident: '09000000127', state: 'ended', status: 487, endedBy: 'gateway', talkMs: 0 }),
      );
      expect(ended.ringMs).toBeGreaterThan(250);
    });

    it(
      'lets an answering machine take the call of numbers ending in 8',
      async () => {
        const call = await gateway.dial(uri('09000000128'));
        const { id, ringMs } = await newestCall();
        expect(ringMs).toBeGreaterThan(3980);
        const answeredAt = performance.now();
        await untilHeard(() => levelAtGateway(call, 1000), -12);
        await until(() => call.media.heard.measure(performance.now(), []).rmsDbfs === -100, 10_000);
        // A message of 3 s, half a second of pause, the beep, and one measured second of silence.
        expect(performance.now() - answeredAt).toBeGreaterThan(4800);
        await untilHeard(() => levelAtResident(id, 440), -18);
        expect((await newestCall()).state)
          .withContext('recording')
          .toBe('talking');
        await call.hangUp();
      },
      TIMEOUT_MS,
    );

    it('answers a re-INVITE and stops speaking while it is held', async () => {
      const call = await gateway.dial(uri('09000000122'));
      await sleep(200);
      await call.dialog?.modify(call.sdp('sendonly', 2));
      expect(call.dialog?.remote.sdp).toContain('a=recvonly');
      await sleep(200);
      const { packetsReceived } = call.media.statistics;
      await sleep(200);
      expect(call.media.statistics.packetsReceived).toBe(packetsReceived);
      await call.dialog?.modify(call.sdp('sendrecv', 3));
      await until(() => call.media.statistics.packetsReceived > packetsReceived + 5);
      await call.hangUp();
    });

    it('refuses a transfer within the call, which goes on', async () => {
      const call = await gateway.dial(uri('09000000120'));
      expect(await gateway.refer(call)).toBe(405);
      expect((await newestCall()).state).toBe('talking');
      await call.hangUp();
    });

    it('passes keys both ways', async () => {
      const call = await gateway.dial(uri('09000000120'));
      const { id } = await newestCall();
      call.media.sendDigits('12#');
      expect((await ask(`/calls/${id}/digits`, { method: 'POST', body: { digits: '9*' } })).status).toBe(202);
      await until(async () => (await ask<{ digits: string }>(`/calls/${id}/digits`)).body.digits === '12#');
      await until(() => call.keys.join('') === '9*');
      await call.hangUp();
    });

    it('hangs up for the resident when asked to, also while it rings', async () => {
      const call = await gateway.dial(uri('09000000120'));
      expect((await ask(`/calls/${(await newestCall()).id}`, { method: 'DELETE' })).status).toBe(204);
      await until(() => call.isGone);
      let declining: Promise<unknown> = Promise.resolve();
      const declined = await gateway.dial(uri('09000000127'), () => {
        declining = newestCall().then(({ id }) => ask(`/calls/${id}`, { method: 'DELETE' }));
      });
      await declining;
      expect(declined.responses.map(({ status }) => status)).toEqual([180, 480]);
    });

    it('refuses SDP that it cannot serve, and an INVITE without any', async () => {
      const encrypted = 'v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 9 RTP/SAVP 0\r\n';
      for (const offer of [encrypted, '']) {
        const call = await gateway.dial(uri('09000000120'), () => undefined, offer);
        expect(call.responses)
          .withContext(offer)
          .toEqual([{ status: 488, reason: 'Q.850;cause=88', hasSdp: false }]);
      }
    });

    it('refuses calls from elsewhere than the gateway', async () => {
      const stranger = await TestGateway.start();
      try {
        const refused = await stranger.dial(uri('09000000120'));
        expect(refused.responses.map(({ status }) => status)).toEqual([403]);
      } finally {
        await stranger.close();
      }
      expect((await newestCall()).status).not.toBe(403);
    });

    it('answers OPTIONS and refuses REGISTER', async () => {
      expect(await gateway.request(`sip:${carrier.sip}`, 'OPTIONS')).toBe(200);
      expect(await gateway.request(`sip:${carrier.sip}`, 'REGISTER')).toBe(405);
    });

    it('answers 503 when no RTP port is free, and serves again afterwards', async () => {
      const calls = await Promise.all(Array.from({ length: 22 }, () => gateway.dial(uri('09000000120'))));
      const statuses = calls.map((call) => call.responses.at(-1)?.status);
      expect(statuses.filter((status) => status === 200).length).toBe(20);
      expect(statuses.filter((status) => status === 503).length).toBe(2);
      await Promise.all(calls.map((call) => call.hangUp()));
      const again = await gateway.dial(uri('09000000120'));
      expect(again.responses.at(-1)?.status).toBe(200);
      await again.hangUp();
    });
  });

  describe('when a resident calls the city', () => {
    it('shows his number, speaks once answered and hangs up', async () => {
      let asserted = '';
      const answered = new Promise<GatewayCall>((resolve, reject) => {
        gateway.takeCalls((arrival) => {
          asserted = arrival.req.get('P-Asserted-Identity');
          expect(arrival.req.uri).toContain('sip:0220001100@');
          expect(arrival.req.getParsedHeader('From').uri).toContain('sip:09000000123@');
          arrival.res.send(180);
          setTimeout(() => void gateway.answer(arrival).then(resolve, reject), 300);
        });
      });
      const id = await ringIn();
      await until(async () => (await ask<CallView>(`/calls/${id}`)).body.state === 'ringing');
      const call = await answered;
      expect(asserted).toContain('sip:09000000123@');
      await untilHeard(() => levelAtGateway(call, 1000), -12);
      await untilHeard(() => levelAtResident(id, 440), -18);
      expect((await ask(`/calls/${id}`, { method: 'DELETE' })).status).toBe(204);
      await until(() => call.isGone);
      const ended = (await ask<CallView>(`/calls/${id}`)).body;
      expect(ended).toEqual(
        jasmine.objectContaining({ direction: 'from-resident', state: 'ended', endedBy: 'resident', status: 200 }),
      );
      expect((await ask(`/calls/${id}`, { method: 'DELETE' })).status)
        .withContext('a second time')
        .toBe(409);
      const times = (await ask<CallTimes>(`/calls/${id}/times`)).body;
      expect(Object.values(times).every((instant) => instant !== null)).toBeTrue();
    });

    it('gives up while it rings', async () => {
      const cancelled = new Promise<void>((resolve) => {
        gateway.takeCalls(({ req, res }) => {
          req.on('cancel', () => resolve());
          res.send(180);
        });
      });
      const id = await ringIn();
      await until(async () => (await ask<CallView>(`/calls/${id}`)).body.state === 'ringing');
      await ask(`/calls/${id}`, { method: 'DELETE' });
      await cancelled;
      await until(async () => (await ask<CallView>(`/calls/${id}`)).body.state === 'ended');
      expect((await ask<CallView>(`/calls/${id}`)).body).toEqual(
        jasmine.objectContaining({ status: 487, endedBy: 'resident', talkMs: 0 }),
      );
    });

    it('gives up before anything was heard of the city', async () => {
      const cancelled = new Promise<void>((resolve) => gateway.takeCalls(({ req }) => req.on('cancel', () => resolve())));
      const id = await ringIn();
      await ask(`/calls/${id}`, { method: 'DELETE' });
      await cancelled;
      await until(async () => (await ask<CallView>(`/calls/${id}`)).body.state === 'ended');
    });

    it('learns that the city is busy, or hung up', async () => {
      gateway.takeCalls(({ res }) => res.send(486));
      const refused = await ringIn();
      await until(async () => (await ask<CallView>(`/calls/${refused}`)).body.state === 'ended');
      expect((await ask<CallView>(`/calls/${refused}`)).body).toEqual(
        jasmine.objectContaining({ status: 486, endedBy: 'gateway' }),
      );

      gateway.takeCalls((arrival) => void gateway.answer(arrival).then((call) => call.hangUp()));
      const short = await ringIn();
      await until(async () => (await ask<CallView>(`/calls/${short}`)).body.state === 'ended');
      expect((await ask<CallView>(`/calls/${short}`)).body).toEqual(
        jasmine.objectContaining({ status: 200, endedBy: 'gateway' }),
      );
    });
  });

  describe('its control API', () => {
    it('is healthy', async () => {
      expect((await ask('/healthz')).body).toEqual(jasmine.objectContaining({ status: 'ok' }));
    });

    it('refuses what it does not understand', async () => {
      const place = (body: object): Promise<{ status: number }> => ask('/calls', { method: 'POST', body });
      expect((await place({ from: '0900000012', to: '0220001100' })).status).toBe(400);
      expect((await place({ from: '09000000123' })).status).toBe(400);
      expect((await place({ from: '09000000123', to: '0220001100', also: 1 })).status).toBe(400);
      expect((await ask('/calls/nobody')).status).toBe(404);
      expect((await ask('/nothing')).status).toBe(404);
      const call = await gateway.dial(uri('09000000126'));
      expect(call.responses.at(-1)?.status).toBe(486);
      const { id } = await newestCall();
      expect((await ask(`/calls/${id}/heard?frequencies=5000`)).status).toBe(400);
      expect((await ask(`/calls/${id}/digits`, { method: 'POST', body: { digits: '' } })).status).toBe(400);
      expect((await ask(`/calls/${id}/digits`, { method: 'POST', body: { digits: '1' } })).status).toBe(409);
      expect((await ask(`/calls/${id}`, { method: 'DELETE' })).status).toBe(409);
      const broken = await fetch(`http://${carrier.control}/calls`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{',
      });
      expect(broken.status).toBe(400);
      expect(broken.headers.get('content-type')).toContain('application/problem+json');
    });

    it('keeps the last fifty calls that ended', async () => {
      for (let number = 0; number < 55; number += 1) await gateway.dial(uri('09000000126'));
      const calls = (await ask<CallView[]>('/calls')).body;
      expect(calls.filter((call) => call.state === 'ended').length).toBe(50);
    });
  });
});
