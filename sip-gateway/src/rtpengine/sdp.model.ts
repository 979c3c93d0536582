import type { MediaPath } from '../ports/media.port.ts';
import type { RtpAddress } from '../ports/mixer.port.ts';

/** RTP payload type of PCMU (RFC 3551 §6). */
const PCMU = 0;
/** What we ask for when we offer telephone-event; any dynamic type would do. */
const OFFERED_TELEPHONE_EVENT = 101;

/** The SDP of a mixer leg: G.711 µ-law in 20 ms packets, and telephone-event where the far side has it. */
export function mixerSdp(address: RtpAddress, telephoneEventType: number | null = OFFERED_TELEPHONE_EVENT): string {
  const family = address.host.includes(':') ? 'IP6' : 'IP4';
  const lines = [
    'v=0',
    `o=- ${address.port} 1 IN ${family} ${address.host}`,
    's=-',
    `c=IN ${family} ${address.host}`,
    't=0 0',
    `m=audio ${address.port} RTP/AVP ${PCMU}${telephoneEventType === null ? '' : ` ${telephoneEventType}`}`,
    `a=rtpmap:${PCMU} PCMU/8000`,
  ];
  if (telephoneEventType !== null)
    lines.push(`a=rtpmap:${telephoneEventType} telephone-event/8000`, `a=fmtp:${telephoneEventType} 0-15`);
  return [...lines, 'a=ptime:20', 'a=sendrecv', ''].join('\r\n');
}

/** Where to send RTP by this SDP, or null when it has no audio in PCMU. */
export function pathOf(sdp: string): MediaPath | null {
  const lines = sdp.split(/\r\n|\n/);
  const start = lines.findIndex((line) => line.startsWith('m=audio '));
  if (start === -1) return null;
  const end = lines.findIndex((line, index) => index > start && line.startsWith('m='));
  const section = lines.slice(start, end === -1 ? undefined : end);
  const [, port, , ...types] = (lines[start] ?? '').split(' ');
  const host = connectionOf(section) ?? connectionOf(lines.slice(0, start));
  if (host === null || Number(port) === 0 || !types.includes(String(PCMU))) return null;
  return { remote: { host, port: Number(port) }, telephoneEventType: telephoneEventOf(section, types) };
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
