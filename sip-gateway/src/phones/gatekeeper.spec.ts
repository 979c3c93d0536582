import { createHash } from 'node:crypto';
import { UserId } from '#contracts/ids.contract';
import type { StoredCredential } from '#contracts/gateway.contract';
import { FakeClock } from '../fakes/fake-clock.ts';
import { FakeFacts } from '../fakes/fake-control.ts';
import { Gatekeeper } from './gatekeeper.ts';
import type { PhoneRequest, Verdict } from './gatekeeper.ts';
import { NonceMint } from './nonce-mint.ts';
import { Registrar } from './registrar.ts';

const REALM = 'kakehashi.test';
const user = UserId.parse('agent-1');
const md5 = (text: string): string => createHash('md5').update(text).digest('hex');

class Stage {
  readonly facts = new FakeFacts();
  readonly clock = new FakeClock();
  readonly credentials = new Map<string, StoredCredential>();
  readonly lapsed: UserId[] = [];
  readonly gatekeeper: Gatekeeper;
  readonly registrar: Registrar;

  constructor() {
    const { facts, clock } = this;
    const credentials = { find: (name: string) => Promise.resolve(this.credentials.get(name) ?? null) };
    this.gatekeeper = new Gatekeeper({ credentials, facts, clock }, new NonceMint(), REALM);
    this.registrar = new Registrar(this.gatekeeper, { facts, clock, onLapsed: (gone) => this.lapsed.push(gone) });
    this.issue('phone-1', 'secret');
  }

  issue(username: string, password: string, lifeMs = 3_600_000): void {
    this.credentials.set(username, {
      userId: user,
      ha1: md5(`${username}:${REALM}:${password}`),
      realm: REALM,
      address: '127.0.0.1',
      expiresAt: new Date(this.clock.nowMs() + lifeMs).toISOString(),
    });
  }

  request(overrides: Partial<PhoneRequest> = {}): PhoneRequest {
    return {
      method: 'REGISTER',
      isWebSocket: true,
      sourceAddress: '127.0.0.1',
      uri: `sip:${REALM}`,
      fromUser: 'phone-1',
      authorization: null,
      ...overrides,
    };
  }

  async nonce(): Promise<string> {
    const verdict = await this.gatekeeper.judge(this.request());
    return verdict.kind === 'challenge' ? verdict.nonce : '';
  }

  answer(nonce: string, { username = 'phone-1', password = 'secret', uri = `sip:${REALM}`, nc = '00000001' } = {}): string {
    const response = md5(`${md5(`${username}:${REALM}:${password}`)}:${nonce}:${nc}:cn:auth:${md5(`REGISTER:${uri}`)}`);
    return `Digest algorithm=MD5, username="${username}", realm="${REALM}", nonce="${nonce}", uri="${uri}", response="${response}", cnonce="cn", qop=auth, nc=${nc}`;
  }

  async judge(answer: Parameters<Stage['answer']>[1], overrides: Partial<PhoneRequest> = {}): Promise<Verdict> {
    return this.gatekeeper.judge(this.request({ authorization: this.answer(await this.nonce(), answer), ...overrides }));
  }

  reasons(): string[] {
    return this.facts.of('phone.refused').map(({ reason }) => reason);
  }
}

describe('the gatekeeper', () => {
  it('challenges a browser that shows nothing, and lets the right answer in', async () => {
    const stage = new Stage();
    expect((await stage.gatekeeper.judge(stage.request())).kind).toBe('challenge');
    expect((await stage.judge({})).kind).toBe('accepted');
    expect(stage.facts.all).toEqual([]);
  });

  it('computes the response of RFC 2617 with MD5 and qop=auth', async () => {
    const { isResponseRight, parseDigest } = await import('./digest.ts');
    // The example of RFC 2617 §3.5.
    const header =
      'Digest username="Mufasa", realm="testrealm@host.com", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", uri="/dir/index.html", ' +
      'qop=auth, nc=00000001, cnonce="0a4f113b", response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41"';
    const answer = parseDigest(header);
    expect(answer).not.toBeNull();
    if (answer === null) return;
    const ha1 = md5('Mufasa:testrealm@host.com:Circle Of Life');
    expect(isResponseRight(answer, 'GET', ha1)).toBeTrue();
    expect(isResponseRight(answer, 'POST', ha1)).toBeFalse();
  });

  it('refuses an unknown, an expired and a wrong credential, each with its reason', async () => {
    const stage = new Stage();
    stage.issue('phone-2', 'secret', 1_000);
    stage.clock.advance(2_000);
    expect((await stage.judge({ username: 'nobody' }, { fromUser: 'nobody' })).kind).toBe('refused');
    expect((await stage.judge({ username: 'phone-2' }, { fromUser: 'phone-2' })).kind).toBe('refused');
    expect((await stage.judge({ password: 'guess' })).kind).toBe('refused');
    expect(stage.reasons()).toEqual(['unknown', 'expired', 'wrong-response']);
  });

  it('refuses a right answer from a foreign address, over UDP, or made for another request', async () => {
    const stage = new Stage();
    expect((await stage.judge({}, { sourceAddress: '192.0.2.7' })).kind).toBe('refused');
    expect((await stage.judge({}, { isWebSocket: false })).kind).toBe('refused');
    expect((await stage.judge({ uri: 'sip:elsewhere' })).kind).toBe('refused');
    expect((await stage.judge({}, { fromUser: 'somebody-else' })).kind).toBe('refused');
    expect(stage.reasons()).toEqual(['foreign-address', 'wrong-transport', 'wrong-response', 'wrong-response']);
  });

  it('tells of a flood of refusals only so often, and again in the next minute', async () => {
    const stage = new Stage();
    const knock = () => stage.judge({}, { isWebSocket: false });
    for (let attempt = 0; attempt < 30; attempt += 1) expect((await knock()).kind).toBe('refused');
    expect(stage.reasons().length).toBe(20);
    await stage.judge({}, { isWebSocket: false, sourceAddress: '192.0.2.9' });
    expect(stage.reasons().length).toBe(21);
    stage.clock.advance(60_000);
    await knock();
    expect(stage.reasons().length).toBe(22);
  });

  it('takes no nonce twice, none of its own that is old, and none it did not make', async () => {
    const stage = new Stage();
    const nonce = await stage.nonce();
    const authorization = stage.answer(nonce);
    expect((await stage.gatekeeper.judge(stage.request({ authorization }))).kind).toBe('accepted');
    expect(await stage.gatekeeper.judge(stage.request({ authorization }))).toEqual(
      jasmine.objectContaining({ kind: 'challenge', isStale: true }),
    );
    const next = stage.answer(nonce, { nc: '00000002' });
    expect((await stage.gatekeeper.judge(stage.request({ authorization: next }))).kind).toBe('accepted');
    const old = stage.answer(await stage.nonce());
    stage.clock.advance(61_000);
    expect(await stage.gatekeeper.judge(stage.request({ authorization: old }))).toEqual(
      jasmine.objectContaining({ isStale: true }),
    );
    const forged = stage.answer('Zm9yZ2Vk');
    expect(await stage.gatekeeper.judge(stage.request({ authorization: forged }))).toEqual(
      jasmine.objectContaining({ isStale: false }),
    );
  });
});

describe('the registrar', () => {
  const register = async (stage: Stage, seconds: number, username = 'phone-1') =>
    stage.registrar.register(
      stage.request({ authorization: stage.answer(await stage.nonce(), { username }), fromUser: username }),
      seconds,
    );

  it('registers for two minutes at most and for no longer than the credential is good', async () => {
    const stage = new Stage();
    expect(await register(stage, 600)).toEqual({ kind: 'registered', expiresSeconds: 120 });
    expect(await register(stage, 60)).toEqual({ kind: 'registered', expiresSeconds: 60 });
    stage.issue('phone-1', 'secret', 45_000);
    expect(await register(stage, 600)).toEqual({ kind: 'registered', expiresSeconds: 45 });
    expect(stage.facts.types()).toEqual(['phone.registered']);
  });

  it('tells of a registration that was not refreshed, not of one that was or that was withdrawn', async () => {
    const stage = new Stage();
    await register(stage, 600);
    stage.clock.advance(100_000);
    await register(stage, 600);
    stage.clock.advance(100_000);
    expect(stage.lapsed).toEqual([]);
    stage.clock.advance(30_000);
    expect(stage.lapsed).toEqual([user]);
    await register(stage, 600);
    expect(await register(stage, 0)).toEqual({ kind: 'registered', expiresSeconds: 0 });
    stage.clock.advance(600_000);
    expect(stage.lapsed).toEqual([user]);
  });

  it('refuses the refresh once the credential is withdrawn', async () => {
    const stage = new Stage();
    await register(stage, 600);
    stage.credentials.clear();
    expect(await register(stage, 600)).toEqual({ kind: 'refused', status: 403 });
  });
});
