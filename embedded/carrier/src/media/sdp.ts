import { isIPv4 } from 'node:net';
import { PCMU, type RtpPeer } from './rtp-session.ts';

/** Our own payload type for telephone-event when we offer. */
export const OFFERED_EVENT_TYPE = 101;

/** The offer or answer cannot be served: 488 Not Acceptable Here (RFC 3261 §21.4.26). */
export class UnacceptableSdpError extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UnacceptableSdpError';
  }
}

/** Reads what the other side said: one audio stream with PCMU over RTP/AVP and IPv4. @throws UnacceptableSdpError */
export function readPeer(sdp: string): RtpPeer {
  const lines = sdp.split(/\r?\n/).filter((line) => line !== '');
  const mediaAt = lines.findIndex((line) => line.startsWith('m='));
  const session = mediaAt < 0 ? lines : lines.slice(0, mediaAt);
  const media = mediaAt < 0 ? [] : lines.slice(mediaAt);
  if (media.filter((line) => line.startsWith('m=')).length !== 1)
    throw new UnacceptableSdpError('exactly one stream is supported');
  const { port, payloadTypes } = readMediaLine(media[0] ?? '');
  if (!payloadTypes.includes(PCMU)) throw new UnacceptableSdpError('only PCMU is supported');
  const host = connectionHost(media) ?? connectionHost(session);
  if (host === null || !isIPv4(host)) throw new UnacceptableSdpError('the connection address must be an IPv4 literal');
  const direction = directionOf(media) ?? directionOf(session) ?? 'sendrecv';
  return {
    host,
    port,
    telephoneEventType: payloadTypes.find((type) => isTelephoneEvent(media, type)) ?? null,
    sends: direction === 'sendrecv' || direction === 'sendonly',
    receives: direction === 'sendrecv' || direction === 'recvonly',
  };
}

export interface LocalSdp {
  readonly host: string;
  readonly port: number;
  /** Grows with every change of the description (RFC 3264 §8). */
  readonly version: number;
  readonly telephoneEventType: number | null;
  readonly direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';
}

export function writeSdp(local: LocalSdp): string {
  const events = local.telephoneEventType;
  const lines = [
    'v=0',
    `o=carrier ${local.port} ${local.version} IN IP4 ${local.host}`,
    's=-',
    `c=IN IP4 ${local.host}`,
    't=0 0',
    `m=audio ${local.port} RTP/AVP ${events === null ? PCMU : `${PCMU} ${events}`}`,
    `a=rtpmap:${PCMU} PCMU/8000`,
    ...(events === null ? [] : [`a=rtpmap:${events} telephone-event/8000`, `a=fmtp:${events} 0-15`]),
    'a=ptime:20',
    `a=${local.direction}`,
  ];
  return lines.map((line) => `${line}\r\n`).join('');
}

/** The direction that answers what the peer offered (RFC 3264 §6.1). */
export function answeringDirection(peer: Pick<RtpPeer, 'sends' | 'receives'>): LocalSdp['direction'] {
  if (peer.sends) return peer.receives ? 'sendrecv' : 'recvonly';
  return peer.receives ? 'sendonly' : 'inactive';
}

function readMediaLine(line: string): { port: number; payloadTypes: number[] } {
  const match = /^m=audio (\d{1,5})(?:\/1)? RTP\/AVP((?: \d{1,3})+)$/.exec(line);
  if (!match) throw new UnacceptableSdpError('the stream must be audio over RTP/AVP');
  const port = Number(match[1]);
  if (port < 1 || port > 65_535) throw new UnacceptableSdpError('the port must lie between 1 and 65535');
  return { port, payloadTypes: (match[2] ?? '').trim().split(' ').map(Number) };
}

function connectionHost(lines: readonly string[]): string | null {
  const line = lines.find((candidate) => candidate.startsWith('c='));
  return line ? (/^c=IN IP4 ([^/\s]+)$/.exec(line)?.[1] ?? '') : null;
}

function directionOf(lines: readonly string[]): string | null {
  const line = lines.find((candidate) => /^a=(sendrecv|sendonly|recvonly|inactive)$/.test(candidate));
  return line ? line.slice(2) : null;
}

function isTelephoneEvent(lines: readonly string[], payloadType: number): boolean {
  return lines.some((line) => line.toLowerCase() === `a=rtpmap:${payloadType} telephone-event/8000`);
}
