import { BlockList, isIP, isIPv6, SocketAddress } from 'node:net';

/** IPv4 addresses that arrive mapped into IPv6 are written as IPv4. */
export function plainAddress(address: string | undefined): string {
  return (address ?? '').replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
}

/** Whether two hosts are the same address, with or without brackets and however IPv6 is abbreviated (RFC 5118 §4.5). */
export function isSameAddress(one: string, other: string): boolean {
  return one === other || canonical(one) === canonical(other);
}

function canonical(host: string): string {
  const bare = host.startsWith('[') ? host.slice(1, -1) : host;
  return isIPv6(bare) ? new SocketAddress({ address: bare, family: 'ipv6' }).address : bare.toLowerCase();
}

/** Whether an address is one of this machine's own loop. */
export function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}

/** Who counts as one source: an IPv4 address, or the /64 network of an IPv6 address, of which one host has all it likes. */
export function sourceKey(address: string): string {
  if (!address.includes(':')) return address;
  const [head = '', tail] = address.split('%', 1)[0]?.split('::') ?? [];
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const all = [...groups, ...Array.from({ length: Math.max(missing, 0) }, () => '0'), ...(tail ?? '').split(':')];
  return `${all.slice(0, 4).join(':')}/64`;
}

/** A set of addresses and networks, written as `192.0.2.1`, `10.0.0.0/8`, `::1` or `2001:db8::/32`. */
export class Networks {
  private readonly list = new BlockList();

  constructor(texts: readonly string[]) {
    for (const text of texts) {
      const network = parseNetwork(text);
      if (network === undefined) throw new Error('not an address or network');
      this.list.addSubnet(network.address, network.prefix, isIPv6(network.address) ? 'ipv6' : 'ipv4');
    }
  }

  has(address: string): boolean {
    return isIP(address) !== 0 && this.list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

/** Reads an address with or without a prefix length; undefined when malformed. */
export function parseNetwork(text: string): { address: string; prefix: number } | undefined {
  const [address = '', prefix, ...more] = text.split('/');
  const bits = isIP(address) === 6 ? 128 : isIP(address) === 4 ? 32 : 0;
  const length = prefix === undefined ? bits : /^\d{1,3}$/.test(prefix) ? Number(prefix) : -1;
  return bits === 0 || more.length > 0 || length < 0 || length > bits ? undefined : { address, prefix: length };
}
