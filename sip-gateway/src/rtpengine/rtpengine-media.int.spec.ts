import pino from 'pino';
import { MixerRig, waitFor } from '../mixer/mixer-rig.ts';
import { RtpPeer } from '../mixer/rtp-peer.ts';
import { strongestTone } from '../mixer/tone-meter.ts';
import type { MediaPath } from '../ports/media.port.ts';
import { systemClock } from '../system-clock.ts';
import { RtpengineProcess } from '../testing/rtpengine-process.ts';
import { RtpengineControl } from './rtpengine-control.ts';
import { RtpengineMedia } from './rtpengine-media.ts';
import { mixerSdp } from './sdp.model.ts';

const PORTS = { portMin: 27_400, portMax: 27_599 };

describe('rtpengine between the mixer and a party', () => {
  let rtpengine: RtpengineProcess;
  let control: RtpengineControl;
  let media: RtpengineMedia;
  let rig: MixerRig;

  beforeAll(async () => {
    rtpengine = await RtpengineProcess.start(PORTS);
    control = new RtpengineControl(rtpengine.server, systemClock);
    media = new RtpengineMedia(control, {
      prefix: 'kk-int-',
      interfaces: { browser: null, core: null },
      log: pino({ level: 'silent' }),
    });
    rig = await MixerRig.start();
  });

  afterAll(async () => {
    await rig.close();
    control.close();
    await rtpengine.stop();
  });

  /** We call `far` from `near`: two legs of the mixer, each behind an rtpengine call of its own, facing each other as trunk parties. */
  async function connectThrough(near: string, far: string, preferred?: 'PCMA'): Promise<[MediaPath, MediaPath]> {
    const [nearAnchor, farAnchor] = [`kk-int-${near}`, `kk-int-${far}`];
    const [nearLeg, farLeg] = [await rig.mixer.openLeg(near), await rig.mixer.openLeg(far)];
    const offer = await media.makeOffer(nearAnchor, nearLeg);
    const offered = preferred ? offer.replace('RTP/AVP 0 8', 'RTP/AVP 8') : offer;
    const farPath = await media.takeOffer(farAnchor, 'trunk', offered);
    const answer = await media.makeAnswer(farAnchor, 'trunk', farLeg, farPath);
    const nearPath = await media.takeAnswer(nearAnchor, answer);
    await rig.mixer.connectLeg(far, farPath.remote, farPath.telephoneEventType, farPath.codec);
    await rig.mixer.connectLeg(near, nearPath.remote, nearPath.telephoneEventType, nearPath.codec);
    return [nearPath, farPath];
  }

  it('carries A-law where the party wants it, sound, digits and reports in both directions, and counts its packets itself', async () => {
    const paths = await connectThrough('near', 'far', 'PCMA');
    expect(paths.map(({ codec, telephoneEventType }) => [codec, telephoneEventType])).toEqual([
      ['PCMA', 101],
      ['PCMA', 101],
    ]);
    const [speaker, listener] = [await rig.join('speaker', 700), await rig.join('listener', 1000)];
    await rig.mixer.setHearing([
      { leg: 'near', from: { speaker: 1 }, source: 'silence' },
      { leg: 'far', from: { listener: 1 }, source: 'silence' },
      { leg: 'listener', from: { far: 1 }, source: 'silence' },
      { leg: 'speaker', from: { near: 1 }, source: 'silence' },
    ]);
    await waitFor(
      () =>
        strongestTone(listener.heard.subarray(-2000), 700) > 7000 && strongestTone(speaker.heard.subarray(-2000), 1000) > 7000,
      3000,
      () => 'the two do not hear each other',
    );
    await rig.mixer.sendDigits('near', '4');
    await rig.until('digit far 4');
    await waitFor(
      () => ['near', 'far'].every((leg) => typeof rig.qualities.get(leg)?.at(-1)?.roundTripMs === 'number'),
      14_000,
      () => 'no round trip was measured',
    );
    expect(rig.qualities.get('near')?.at(-1)?.roundTripMs).toBeLessThan(200);
    const statistics = await media.statistics('kk-int-near');
    const sent = (await rig.mixer.list()).legs.find(({ leg }) => leg === 'near')?.packetsSent ?? 0;
    expect(Math.abs((statistics?.fromMixer.packets ?? 0) - sent)).toBeLessThan(25);
    expect(statistics?.fromParty.packets).toBeGreaterThan(100);
    expect(statistics?.fromParty.lost).toBe(0);
    expect(statistics?.fromParty.mos).toBeGreaterThan(4);
    await media.release('kk-int-near');
    expect(await media.statistics('kk-int-near')).toBeNull();
    await media.release('kk-int-far');
  }, 25_000);

  it('answers a party that speaks SRTP with keys in its SDP (SDES) in kind, and the mixer hears none of that', async () => {
    const party = await RtpPeer.open();
    const key = Buffer.alloc(30, 7).toString('base64');
    const offer = mixerSdp(party.address)
      .replace('RTP/AVP', 'RTP/SAVP')
      .replace('a=ptime', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${key}\r\na=ptime`);
    const path = await media.takeOffer('kk-int-srtp', 'trunk', offer);
    const leg = await rig.mixer.openLeg('srtp');
    const answer = await media.makeAnswer('kk-int-srtp', 'trunk', leg, path);
    expect(answer).toContain('RTP/SAVP ');
    expect(answer).toMatch(/a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:/);
    await media.release('kk-int-srtp');
    party.close();
  });
});
