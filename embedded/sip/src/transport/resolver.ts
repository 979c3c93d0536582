import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';

/**
 * The address of a host: itself when it is an address, else the first of its A and AAAA records that can be used, IPv4 before IPv6.
 * Undefined when there is none.
 */
export async function resolveHost(host: string, isUsable: (address: string) => boolean): Promise<string | undefined> {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  if (isIP(bare) !== 0) return bare;
  // RFC 7118 §5: browsers make up names under this domain, which has no addresses (RFC 2606 §2).
  if (bare.toLowerCase().endsWith('.invalid')) return undefined;
  try {
    const found = await lookup(bare, { all: true, order: 'ipv4first' });
    return found.find(({ address }) => isUsable(address))?.address;
  } catch {
    return undefined;
  }
}
