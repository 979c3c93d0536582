import { mixerSdp, pathOf } from './sdp.model.ts';

describe('the SDP of mixer legs', () => {
  it('is read back as it was written', () => {
    const remote = { host: '127.0.0.1', port: 41_000 };
    expect(pathOf(mixerSdp(remote))).toEqual({ remote, telephoneEventType: 101, codec: 'PCMU' });
    expect(pathOf(mixerSdp(remote, { telephoneEventType: 126, codecs: ['PCMA'] }))).toEqual({
      remote,
      telephoneEventType: 126,
      codec: 'PCMA',
    });
    expect(pathOf(mixerSdp(remote, { telephoneEventType: null }))).toEqual({ remote, telephoneEventType: null, codec: 'PCMU' });
  });

  it('takes the law the far side prefers', () => {
    const sdp = mixerSdp({ host: '192.0.2.7', port: 9000 }).replace('AVP 0 8', 'AVP 18 8 0');
    expect(pathOf(sdp)?.codec).toBe('PCMA');
  });

  it('carries RTCP on the port of RTP', () => {
    expect(mixerSdp({ host: '192.0.2.7', port: 9000 })).toContain('a=rtcp-mux');
  });

  it('prefers the address of the media section and the 8 kHz telephone-event of a browser', () => {
    const sdp = [
      'v=0',
      'o=- 1 1 IN IP4 0.0.0.0',
      's=-',
      'c=IN IP4 0.0.0.0',
      't=0 0',
      'm=audio 9000 UDP/TLS/RTP/SAVPF 111 0 8 110 126',
      'c=IN IP4 192.0.2.7',
      'a=rtpmap:110 telephone-event/48000',
      'a=rtpmap:126 telephone-event/8000',
      '',
    ].join('\r\n');
    expect(pathOf(sdp)).toEqual({ remote: { host: '192.0.2.7', port: 9000 }, telephoneEventType: 126, codec: 'PCMU' });
  });

  it('finds no path without audio, without G.711, or when the stream is refused', () => {
    const base = 'v=0\r\nc=IN IP4 192.0.2.7\r\n';
    expect(pathOf(base)).toBeNull();
    expect(pathOf(`${base}m=audio 9000 RTP/AVP 18\r\n`)).toBeNull();
    expect(pathOf(`${base}m=audio 0 RTP/AVP 0\r\n`)).toBeNull();
    expect(pathOf('')).toBeNull();
  });
});
