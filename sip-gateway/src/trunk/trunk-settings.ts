import { isIP } from 'node:net';
import { z } from 'zod';
import { PhoneNumber } from '#contracts/ids.contract';

/** One trunk of a carrier, as the operator describes it in the trunks file. */
export const TrunkSettings = z
  .object({
    /** A short name for logs and the status page. */
    id: z.string().regex(/^[a-z0-9-]{1,32}$/),
    /** The carrier's SIP server, host:port. */
    address: z.string().regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port'),
    transport: z.enum(['udp', 'tcp', 'tls']).default('udp'),
    /** Calls try trunks with the lowest number first. */
    priority: z.int().min(0).default(0),
    /** How many calls it carries at once, both directions together. */
    channels: z.int().min(1).default(1_000),
    /** The numbers that reach us over it and that it lets us present. Empty: all. */
    numbers: z.array(PhoneNumber).default([]),
    /** How it wants numbers written: 0221234567 or +81221234567. */
    numberForm: z.enum(['national', 'e164']).default('national'),
    /** Where it looks for the number to present: P-Asserted-Identity (RFC 3325) with From alike, or From alone. */
    callerId: z.enum(['asserted', 'from']).default('asserted'),
    /** Addresses it may ring from; by default the one of `address`. */
    peers: z.array(z.string().refine((value) => isIP(value) !== 0, 'must be an IP address')).default([]),
    /** Digest credentials for REGISTER and INVITE (RFC 8760). */
    credentials: z
      .object({ username: z.string().min(1), password: z.string().min(1) })
      .nullable()
      .default(null),
    /** Whether it is asked by OPTIONS if it is there; some carriers do not want that. */
    asked: z.boolean().default(true),
    /** Whether it must know where we are before it sends calls (RFC 3261 §10). */
    registers: z.boolean().default(false),
  })
  .refine(({ registers, credentials }) => !registers || credentials !== null, 'a trunk that registers needs credentials');
export type TrunkSettings = z.infer<typeof TrunkSettings>;

export const TrunkList = z
  .array(TrunkSettings)
  .min(1)
  .refine((list) => new Set(list.map(({ id }) => id)).size === list.length, 'every trunk needs an id of its own');
