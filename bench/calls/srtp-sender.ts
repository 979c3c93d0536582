import { createCipheriv, createHmac } from 'node:crypto';

/** SRTP with AES_CM_128_HMAC_SHA1_80 (RFC 3711, RFC 4568): what a party with keys in its SDP sends. */
const KEY_BYTES = 16;
const SALT_BYTES = 14;
export const MASTER_BYTES = KEY_BYTES + SALT_BYTES;
const AUTH_KEY_BYTES = 20;
const TAG_BYTES = 10;
const HEADER_BYTES = 12;
/** Labels of the key derivation (RFC 3711 section 4.3.1). */
const ENCRYPTION = 0;
const AUTHENTICATION = 1;
const SALTING = 2;

/** Protects the packets of one source, in the order of their sequence numbers. */
export class SrtpSender {
  private readonly key: Buffer;
  private readonly authKey: Buffer;
  private readonly salt: Buffer;
  private rollovers = 0;
  private lastSequence = -1;

  /** `master`: key and salt, as the `inline:` parameter of the SDP has them. */
  constructor(master: Buffer) {
    this.key = derive(master, ENCRYPTION, KEY_BYTES);
    this.authKey = derive(master, AUTHENTICATION, AUTH_KEY_BYTES);
    this.salt = derive(master, SALTING, SALT_BYTES);
  }

  protect(packet: Buffer): Buffer {
    const sequence = packet.readUInt16BE(2);
    if (sequence < this.lastSequence) this.rollovers += 1;
    this.lastSequence = sequence;
    const cipher = createCipheriv('aes-128-ctr', this.key, this.counter(packet.readUInt32BE(8), sequence));
    const body = Buffer.concat([packet.subarray(0, HEADER_BYTES), cipher.update(packet.subarray(HEADER_BYTES))]);
    const rollover = Buffer.alloc(4);
    rollover.writeUInt32BE(this.rollovers);
    const tag = createHmac('sha1', this.authKey).update(body).update(rollover).digest();
    return Buffer.concat([body, tag.subarray(0, TAG_BYTES)]);
  }

  /** The salt, the source and the packet's index, each at its place (RFC 3711 section 4.1.1). */
  private counter(ssrc: number, sequence: number): Buffer {
    const counter = Buffer.alloc(16);
    this.salt.copy(counter);
    counter.writeUInt32BE((counter.readUInt32BE(4) ^ ssrc) >>> 0, 4);
    counter.writeUInt32BE((counter.readUInt32BE(8) ^ this.rollovers) >>> 0, 8);
    counter.writeUInt16BE(counter.readUInt16BE(12) ^ sequence, 12);
    return counter;
  }
}

/** AES in counter mode as a pseudo-random function, without a key derivation rate. */
function derive(master: Buffer, label: number, bytes: number): Buffer {
  const counter = Buffer.alloc(16);
  master.copy(counter, 0, KEY_BYTES, MASTER_BYTES);
  counter.writeUInt8(counter.readUInt8(7) ^ label, 7);
  return createCipheriv('aes-128-ctr', master.subarray(0, KEY_BYTES), counter).update(Buffer.alloc(bytes));
}
