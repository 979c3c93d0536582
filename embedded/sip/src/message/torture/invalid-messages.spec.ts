import { INVALID } from './invalid-messages.ts';
import { TortureScene } from './torture-scene.ts';
import type { TortureMessage } from './torture-message.ts';

/** The statuses a message was refused with; fails when the application heard of it. */
function refused(message: TortureMessage): number[] {
  const scene = new TortureScene();
  expect(scene.receive(message)).withContext(message.name).toEqual([]);
  expect(scene.scene.agent.counters().transactions).withContext(message.name).toBe(0);
  return scene.statuses();
}

const accepted = (message: TortureMessage): boolean => new TortureScene().receive(message).length === 1;

describe('RFC 4475 §3.1.2, invalid messages', () => {
  it('§3.1.2.1 badinv01: stray separators are refused, in Via and in Contact', () => {
    expect(refused(INVALID.badinv01)).toEqual([]);
    const head = INVALID.badinv01.head.map((line) => (line.startsWith('Via') ? 'Via: SIP/2.0/UDP 192.0.2.15' : line));
    expect(refused({ ...INVALID.badinv01, head })).toEqual([400]);
  });

  it('§3.1.2.2 clerr: a body shorter than announced is refused', () => {
    expect(refused(INVALID.clerr)).toEqual([400]);
  });

  it('§3.1.2.3 ncl: a negative Content-Length is refused', () => {
    expect(refused(INVALID.ncl)).toEqual([400]);
  });

  it('§3.1.2.4 scalar02: numbers out of range are refused', () => {
    expect(refused(INVALID.scalar02)).toEqual([400]);
  });

  it('§3.1.2.5 scalarlg: a response with numbers out of range is dropped', async () => {
    const more = [
      'CSeq: 9292394834772304023312 INVITE',
      'Retry-After: 949302838503028349304023988',
      'Warning: 1812 overture "In Progress"',
    ];
    expect(await new TortureScene().answerCall('SIP/2.0 503 Service Unavailable', more)).toEqual([]);
    expect(await new TortureScene().answerCall('SIP/2.0 503 Service Unavailable')).toEqual(['503 Service Unavailable|']);
  });

  it('§3.1.2.6 quotbal: a quote that is never closed is refused', () => {
    expect(refused(INVALID.quotbal)).toEqual([400]);
  });

  it('§3.1.2.7 ltgtruri: brackets around the Request-URI are refused', () => {
    expect(refused(INVALID.ltgtruri)).toEqual([400]);
  });

  it('§3.1.2.8 lwsruri: spaces in the Request-URI are refused', () => {
    expect(refused(INVALID.lwsruri)).toEqual([400]);
  });

  it('§3.1.2.9 lwsstart: more than one space in the start line is refused', () => {
    expect(refused(INVALID.lwsstart)).toEqual([400]);
  });

  it('§3.1.2.10 trws: spaces after the start line are refused', () => {
    expect(refused(INVALID.trws)).toEqual([400]);
  });

  it('§3.1.2.11 escruri: headers in the Request-URI are refused', () => {
    expect(refused(INVALID.escruri)).toEqual([400]);
  });

  it('§3.1.2.12 baddate: a Date in another zone does not matter', () => {
    expect(accepted(INVALID.baddate)).toBeTrue();
  });

  it('§3.1.2.13 regbadct: a Contact with headers but without brackets is refused', () => {
    expect(refused(INVALID.regbadct)).toEqual([400]);
  });

  it('§3.1.2.14 badaspec: spaces within the brackets are overlooked', () => {
    expect(accepted(INVALID.badaspec)).toBeTrue();
  });

  it('§3.1.2.15 baddn: a comma in a display name without quotes is overlooked', () => {
    expect(accepted(INVALID.baddn)).toBeTrue();
  });

  it('§3.1.2.16 badvers: another version of SIP is refused with 505', () => {
    expect(refused(INVALID.badvers)).toEqual([505]);
  });

  it('§3.1.2.17 mismatch01: a CSeq with another method is refused', () => {
    expect(refused(INVALID.mismatch01)).toEqual([400]);
  });

  it('§3.1.2.18 mismatch02: so it is where the method is unknown', () => {
    expect(refused(INVALID.mismatch02)).toEqual([400]);
  });

  it('§3.1.2.19 bigcode: a response with an impossible status is dropped', async () => {
    expect(await new TortureScene().answerCall('SIP/2.0 4294967301 better not break the receiver')).toEqual([]);
  });
});
