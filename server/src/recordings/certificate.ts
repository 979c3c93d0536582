import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import type { RecordingDescription } from '#contracts/recordings.contract';
import type { Recording } from './recording.model.ts';

/** What goes out of the house with an exported recording. */
export interface Certificate {
  readonly version: 1;
  readonly centre: string;
  readonly recording: string;
  readonly startedAt: string;
  readonly seconds: number;
  readonly channels: readonly string[];
  readonly gaps: RecordingDescription['gaps'];
  readonly marks: RecordingDescription['marks'];
  readonly exportedAt: string;
  readonly exportedBy: string;
  /** Of the sound file beside this certificate. */
  readonly soundSha256: string;
  /** Of the sealed file it was taken from. */
  readonly sealedSha256: string;
  readonly chain: { readonly gateway: string; readonly number: number; readonly link: string };
}

export function certify(
  recording: Recording,
  description: RecordingDescription,
  outgoing: { sound: Buffer; centre: string; exportedAt: Date; exportedBy: string },
): Certificate {
  return {
    version: 1,
    centre: outgoing.centre,
    recording: recording.callId,
    startedAt: description.startedAt,
    seconds: description.seconds,
    channels: description.channels.map(({ name }) => name),
    gaps: description.gaps,
    marks: description.marks,
    exportedAt: outgoing.exportedAt.toISOString(),
    exportedBy: outgoing.exportedBy,
    soundSha256: createHash('sha256').update(outgoing.sound).digest('hex'),
    sealedSha256: recording.sha256,
    chain: { gateway: recording.gatewayId, number: recording.chainNumber, link: recording.chainLink },
  };
}

export interface SignedCertificate {
  /** The octets that are signed. */
  readonly json: Buffer;
  /** Ed25519 (RFC 8032), raw. */
  readonly signature: Buffer;
  /** SPKI, PEM. */
  readonly publicKey: string;
}

export function signCertificate(certificate: Certificate, key: KeyObject): SignedCertificate {
  const json = Buffer.from(`${JSON.stringify(certificate, null, 2)}\n`);
  const publicKey = createPublicKey(key).export({ type: 'spki', format: 'pem' }).toString();
  return { json, signature: sign(null, json, key), publicKey };
}

/** The certificate for people, in both languages, with how to check it. */
export function describeCertificate(certificate: Certificate): string {
  const { startedAt, seconds, channels, gaps, exportedAt, exportedBy, chain } = certificate;
  const missing = gaps.filter(({ kind }) => kind !== 'not-received').reduce((sum, gap) => sum + gap.seconds, 0);
  return [
    `録音証明書 / Certificate of a recording — ${certificate.centre}`,
    '',
    `録音番号 / Recording:          ${certificate.recording}`,
    `開始 / Began:                  ${startedAt}`,
    `長さ / Length:                 ${seconds} s`,
    `チャンネル / Channels:         ${channels.join(', ')}`,
    `欠落 / Missing:                ${missing} s`,
    `書き出し / Exported:           ${exportedAt} (${exportedBy})`,
    `音声 / Sound (SHA-256):        ${certificate.soundSha256}`,
    `保管 / Sealed file (SHA-256):  ${certificate.sealedSha256}`,
    `連鎖 / Chain:                  ${chain.gateway} #${chain.number} ${chain.link}`,
    '',
    '確認方法 / How to check:',
    '  sha256sum sound.ogg',
    '  openssl pkeyutl -verify -pubin -inkey public-key.pem -rawin -in certificate.json -sigfile certificate.sig',
    '',
  ].join('\n');
}
