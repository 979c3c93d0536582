const IPV4_MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** An IPv4 address that arrived through an IPv6 socket, in IPv4 form (RFC 4291 §2.5.5.2); others unchanged. */
export function normaliseAddress(address: string | undefined): string {
  return IPV4_MAPPED.exec(address ?? '')?.[1] ?? address ?? '';
}
