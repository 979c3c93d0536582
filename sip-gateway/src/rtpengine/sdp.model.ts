import type { MediaPath } from '../ports/media.port.ts';
import type { Codec, RtpAddress } from '../ports/mixer.port.ts';

/** RTP payload types (RFC 3551 §6). */
const PAYLOAD_TYPES: Readonly<Record<Codec, number>> = { PCMU: 0, PCMA: 8 };
const EVERY_CODEC: readonly Codec[] = ['PCMU', 'PCMA'];
/** What we ask for when we offer telephone-event; any dynamic type would do. */
const OFFERED_TELEPHONE_EVENT = 101;

/** What an SDP of the mixer says besides its address. */
export interface MixerSdpOptions {
  readonly telephoneEventType?: number | null;
  readonly codecs?: readonly Codec[];
}

/** The SDP of a mixer leg: G.711 in 20 ms packets with RTCP on the same port, and telephone-event where the far side has it. */
export function mixerSdp(address: RtpAddress, options: MixerSdpOptions = {}): string {
  const { telephoneEventType = OFFERED_TELEPHONE_EVENT, codecs = EVERY_CODEC } = options;
  const family = address.host.includes(':') ? 'IP6' : 'IP4';
  const types = [...codecs.map((codec) => PAYLOAD_TYPES[codec]), ...(telephoneEventType === null ? [] : [telephoneEventType])];
  const lines = [
    'v=0',
    `o=- ${address.port} 1 IN ${family} ${address.host}`,
    's=-',
    `c=IN ${family} ${address.host}`,
    't=0 0',
    `m=audio ${address.port} RTP/AVP ${types.join(' ')}`,
    ...codecs.map((codec) => `a=rtpmap:${PAYLOAD_TYPES[codec]} ${codec}/8000`),
  ];
  if (telephoneEventType !== null)
    lines.push(`a=rtpmap:${telephoneEventType} telephone-event/8000`, `a=fmtp:${telephoneEventType} 0-15`);
  return [...lines, 'a=ptime:20', 'a=rtcp-mux', 'a=sendrecv', ''].join('\r\n');
}

/** Where to send RTP by this SDP, in the G.711 law it names first, or null when it has no audio in G.711. */
export function pathOf(sdp: string): MediaPath | null {
  const lines = sdp.split(/\r\n|\n/);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start === -1) return null;
  const end = lines.findIndex((line, index) => index > start && line.startsWith('m='));
  const section = lines.slice(start, end === -1 ? undefined : end);
  const [, port, , ...types] = (lines[start] ?? '').split(' ');
  const host = connectionOf(section) ?? connectionOf(lines.slice(0, start));
  const codec = codecOf(types);
  if (host === null || Number(port) === 0 || codec === null) return null;
  return { remote: { host, port: Number(port) }, telephoneEventType: telephoneEventOf(section, types), codec };
}

/** The types of a media line stand in the order of preference (RFC 4566 §5.14). */
function codecOf(types: readonly string[]): Codec | null {
  for (const type of types) {
    const codec = EVERY_CODEC.find((known) => String(PAYLOAD_TYPES[known]) === type);
    if (codec) return codec;
  }
  return null;
}

function connectionOf(lines: readonly string[]): string | null {
  for (const line of lines) {
    const match = /^c=IN IP[46] (\S+)/.exec(line);
    if (match?.[1] !== undefined) return match[1];
  }
  return null;
}

/** Browsers also offer telephone-event at 48 kHz; only the 8 kHz one goes with PCMU. */
function telephoneEventOf(section: readonly string[], types: readonly string[]): number | null {
  for (const line of section) {
    const type = /^a=rtpmap:(\d+) telephone-event\/8000\b/i.exec(line)?.[1];
    if (type !== undefined && types.includes(type)) return Number(type);
  }
  return null;
}
