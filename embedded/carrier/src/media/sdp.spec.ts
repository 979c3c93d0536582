import { UnacceptableSdpError, answeringDirection, readPeer, writeSdp } from './sdp.ts';

const OFFER = [
  'v=0',
  'o=- 1 1 IN IP4 127.0.0.1',
  's=-',
  'c=IN IP4 127.0.0.9',
  't=0 0',
  'm=audio 30000 RTP/AVP 8 0 96',
  'a=rtpmap:96 telephone-event/8000',
];

function offer(change: (lines: string[]) => string[] = (lines) => lines): string {
  return change([...OFFER]).join('\r\n') + '\r\n';
}

describe('SDP', () => {
  it('is read for address, port, telephone events and direction', () => {
    expect(readPeer(offer())).toEqual({ host: '127.0.0.9', port: 30_000, telephoneEventType: 96, sends: true, receives: true });
  });

  it('of the stream counts more than of the session', () => {
    const peer = readPeer(offer((lines) => ['a=inactive', ...lines, 'c=IN IP4 127.0.0.8', 'a=sendonly']));
    expect(peer).toEqual(jasmine.objectContaining({ host: '127.0.0.8', sends: true, receives: false }));
  });

  it('is read as it was written', () => {
    const sdp = writeSdp({ host: '127.0.0.1', port: 20_000, version: 1, telephoneEventType: 101, direction: 'sendonly' });
    expect(readPeer(sdp)).toEqual({ host: '127.0.0.1', port: 20_000, telephoneEventType: 101, sends: true, receives: false });
    const without = writeSdp({ host: '127.0.0.1', port: 20_000, version: 1, telephoneEventType: null, direction: 'sendrecv' });
    expect(readPeer(without).telephoneEventType).toBeNull();
  });

  it('is answered with the opposite direction', () => {
    expect(answeringDirection({ sends: true, receives: true })).toBe('sendrecv');
    expect(answeringDirection({ sends: true, receives: false })).toBe('recvonly');
    expect(answeringDirection({ sends: false, receives: true })).toBe('sendonly');
    expect(answeringDirection({ sends: false, receives: false })).toBe('inactive');
  });

  it('that cannot be served is refused', () => {
    const replaceMedia = (line: string) => (lines: string[]) => lines.map((known) => (known.startsWith('m=') ? line : known));
    const unacceptable = [
      '',
      offer((lines) => lines.slice(0, 5)),
      offer((lines) => [...lines, 'm=audio 30002 RTP/AVP 0']),
      offer(replaceMedia('m=audio 30000 RTP/AVP 8')),
      offer(replaceMedia('m=audio 30000 RTP/SAVP 0')),
      offer(replaceMedia('m=audio 0 RTP/AVP 0')),
      offer(replaceMedia('m=audio 70000 RTP/AVP 0')),
      offer(replaceMedia('m=video 30000 RTP/AVP 0')),
      offer((lines) => lines.filter((line) => !line.startsWith('c='))),
      offer((lines) => lines.map((line) => line.replace('IP4 127.0.0.9', 'IP6 ::1'))),
      offer((lines) => lines.map((line) => line.replace('c=IN IP4 127.0.0.9', 'c=IN IP4 resident.example'))),
    ];
    for (const sdp of unacceptable)
      expect(() => readPeer(sdp))
        .withContext(sdp)
        .toThrowError(UnacceptableSdpError);
  });
});
