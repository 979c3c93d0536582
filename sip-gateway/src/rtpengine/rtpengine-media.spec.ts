import pino from 'pino';
import type { NgCommand, NgReply } from './rtpengine-control.ts';
import { RtpengineMedia } from './rtpengine-media.ts';
import { mixerSdp } from './sdp.model.ts';

const party = { host: '127.0.0.1', port: 20_000 };
const mixer = { host: '127.0.0.1', port: 40_000 };

/** An rtpengine that answers with plain SDP and remembers what it was told. */
class FakeRtpengine {
  readonly told: (NgReply & { readonly command: NgCommand })[] = [];
  reply: NgReply = { result: 'ok', sdp: mixerSdp(party, { telephoneEventType: 126 }) };
  calls: string[] = [];

  send(command: NgCommand, args: NgReply): Promise<NgReply> {
    this.told.push({ command, ...args });
    if (command === 'delete') this.calls = this.calls.filter((id) => id !== args['call-id']);
    return Promise.resolve(command === 'list' ? { result: 'ok', calls: this.calls } : this.reply);
  }
}

function build(interfaces: { browser: string | null; core: string | null } = { browser: null, core: null }) {
  const rtpengine = new FakeRtpengine();
  const media = new RtpengineMedia(rtpengine, { prefix: 'kk-g1-', interfaces, log: pino({ level: 'silent' }) });
  return { rtpengine, media };
}

describe('rtpengine as a media engine', () => {
  it('leaves rtpengine the DTLS client towards a browser: as the server its handshakes can hang', async () => {
    const { rtpengine, media } = build();
    const path = await media.takeOffer('kk-g1-a', 'browser', mixerSdp(party));
    await media.makeAnswer('kk-g1-a', 'browser', mixer, path);
    expect(rtpengine.told.map(({ DTLS }) => DTLS)).toEqual([undefined, undefined]);
  });

  it('speaks plain RTP to the mixer and SRTP with ICE to a browser', async () => {
    const { rtpengine, media } = build();
    const path = await media.takeOffer('kk-g1-a', 'browser', mixerSdp(party));
    await media.makeAnswer('kk-g1-a', 'browser', mixer, path);
    expect(rtpengine.told[0]).toEqual(jasmine.objectContaining({ 'transport-protocol': 'RTP/AVP', ICE: 'remove' }));
    expect(rtpengine.told[1]).toEqual(jasmine.objectContaining({ 'transport-protocol': 'RTP/SAVPF', ICE: 'force' }));
  });

  it("answers with the telephone-event type of the party's offer", async () => {
    const { rtpengine, media } = build();
    const path = await media.takeOffer('kk-g1-a', 'browser', mixerSdp(party, { telephoneEventType: 126 }));
    expect(path).toEqual({ remote: party, telephoneEventType: 126, codec: 'PCMU' });
    await media.makeAnswer('kk-g1-a', 'browser', mixer, path);
    expect(rtpengine.told[1]?.['sdp']).toContain('a=rtpmap:126 telephone-event/8000');
  });

  it('names the interfaces when rtpengine has two', async () => {
    const { rtpengine, media } = build({ browser: 'web', core: 'core' });
    await media.takeOffer('kk-g1-a', 'browser', mixerSdp(party));
    await media.makeOffer('kk-g1-b', mixer);
    expect(rtpengine.told.map(({ direction }) => direction)).toEqual([
      ['web', 'core'],
      ['core', 'core'],
    ]);
  });

  it('refuses an offer without G.711 before it allocates anything', async () => {
    const { rtpengine, media } = build();
    const offer = mixerSdp(party).replace('RTP/AVP 0 8', 'RTP/AVP 18');
    await expectAsync(media.takeOffer('kk-g1-a', 'trunk', offer)).toBeRejectedWith(
      jasmine.objectContaining({ code: 'unsupported' }),
    );
    expect(rtpengine.told).toEqual([]);
  });

  it('reports a refusal without quoting it', async () => {
    const { rtpengine, media } = build();
    rtpengine.reply = { result: 'error', 'error-reason': 'secret SDP' };
    await expectAsync(media.makeOffer('kk-g1-a', mixer)).toBeRejectedWithError('rtpengine refused offer');
  });

  it('deletes at start what an earlier run left, and nothing of others', async () => {
    const { rtpengine, media } = build();
    rtpengine.calls = ['kk-g1-a', 'kk-g2-b', 'somebody', 'kk-g1-c'];
    expect(await media.deleteLeftovers()).toBe(2);
    expect(rtpengine.calls).toEqual(['kk-g2-b', 'somebody']);
    expect(await media.count()).toBe(0);
  });
});
