import { isSameAddress, Networks, parseNetwork, plainAddress, sourceKey } from './ip-address.ts';

describe('IP addresses', () => {
  it('are the same however IPv6 is written', () => {
    expect(isSameAddress('[::1]', '0:0:0:0:0:0:0:1')).toBeTrue();
    expect(isSameAddress('[2001:DB8::a]', '2001:db8:0::A')).toBeTrue();
    expect(isSameAddress('Example.com', 'example.COM')).toBeTrue();
    expect(isSameAddress('192.0.2.1', '192.0.2.2')).toBeFalse();
    expect(plainAddress('::ffff:192.0.2.1')).toBe('192.0.2.1');
  });

  it('count as one source within a /64', () => {
    const same = ['2001:db8::1', '2001:db8:0:0:1:2:3:4', '2001:db8::ffff:0'];
    expect(new Set(same.map(sourceKey)).size).toBe(1);
    expect(sourceKey('2001:db8:0:1::')).not.toBe(sourceKey('2001:db8::1'));
    expect(sourceKey('fe80::1%eth0')).toBe(sourceKey('fe80::2%eth0'));
    expect(sourceKey('192.0.2.1')).toBe('192.0.2.1');
  });

  it('belong to networks', () => {
    const networks = new Networks(['10.0.0.0/8', '::1', '2001:db8::/32']);
    for (const inside of ['10.1.2.3', '::1', '2001:db8:9::1']) expect(networks.has(inside)).withContext(inside).toBeTrue();
    for (const outside of ['11.0.0.1', '::2', 'name', '']) expect(networks.has(outside)).withContext(outside).toBeFalse();
    for (const wrong of ['', 'name', '10.0.0.0/33', '10.0.0.0/x', '::/129', '1.2.3.4/8/9'])
      expect(parseNetwork(wrong)).withContext(wrong).toBeUndefined();
  });
});
