import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/** The address of a host: itself when it is an address, else its A or AAAA record. Undefined when there is none. */
export async function resolveHost(host: string): Promise<string | undefined> {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (isIP(bare) !== 0) return bare;
  if (bare.toLowerCase().endsWith('.invalid')) return undefined;
  try {
    return (await lookup(bare, { order: 'ipv4first' })).address;
  } catch {
    return undefined;
  }
}
