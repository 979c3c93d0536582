import { parseCSeq } from './cseq.ts';
import { HeaderList } from './header-list.ts';
import { formatNameAddr, parseNameAddr, parseNameAddrs, tagOf, withTag } from './name-addr.ts';
import { formatUri, parseUri } from './uri.ts';
import { formatVia, parseTopVia } from './via.ts';

describe('The SIP grammar', () => {
  it('reads and writes URIs with user, IPv6 host, port, parameters and headers', () => {
    for (const text of [
      'sip:a@b',
      'sips:b;lr',
      'sip:09012345678@[2001:db8::1]:5080;transport=ws?Subject=x',
      'sip:a;x=1:pw@b.example:1',
    ]) {
      const uri = parseUri(text);
      expect(uri && formatUri(uri)).toBe(text);
    }
    expect(parseUri('sip:a;x=1:pw@b.example:1')).toEqual(
      jasmine.objectContaining({ user: 'a;x=1:pw', host: 'b.example', port: 1 }),
    );
  });

  it('refuses URIs without host, with bad ports or foreign characters', () => {
    for (const text of [
      '',
      'sip:',
      'sip:@b',
      'sip:a@',
      'sip:a@b:',
      'sip:a@b:99999',
      'sip:a@b c',
      'sip:a@b>',
      'sip:a@[::1',
      'tel:+81',
      'a@b',
    ]) {
      expect(parseUri(text)).withContext(text).toBeUndefined();
    }
  });

  it('keeps URI parameters apart from header parameters', () => {
    expect(tagOf('<sip:a@b;tag=uri>;tag=header')).toBe('header');
    expect(parseNameAddr('sip:a@b;tag=header')).toEqual({
      displayName: '',
      uri: 'sip:a@b',
      params: new Map([['tag', 'header']]),
    });
  });

  it('reads display names with brackets, commas and escaped quotes', () => {
    const values = parseNameAddrs(['"a <b>, \\"c\\"" <sip:x@y>;q=1, sip:z@y', '<sip:w@y>']);
    expect(values?.map(({ uri }) => uri)).toEqual(['sip:x@y', 'sip:z@y', 'sip:w@y']);
    expect(values?.[0] && formatNameAddr(values[0])).toBe('"a <b>, \\"c\\"" <sip:x@y>;q=1');
  });

  it('replaces a tag', () => {
    expect(withTag('sip:a@b', '1')).toBe('<sip:a@b>;tag=1');
    expect(withTag('"A" <sip:a@b>;tag=1;x', '2')).toBe('"A" <sip:a@b>;tag=2;x');
  });

  it('reads the first of several Via values', () => {
    const via = parseTopVia(['SIP / 2.0 / ws df7.invalid ;branch=z9hG4bK1;rport, SIP/2.0/UDP x']);
    expect(via && formatVia(via)).toBe('SIP/2.0/WS df7.invalid;branch=z9hG4bK1;rport');
    const foreign = parseTopVia(['SIP/3.0/UDP x']);
    expect(foreign && formatVia(foreign)).toBe('SIP/3.0/UDP x');
    expect(foreign?.version).toBe('3.0');
    expect(parseTopVia(['SIP/2.0/UDP'])).toBeUndefined();
    expect(parseTopVia([])).toBeUndefined();
  });

  it('reads CSeq below 2^31 only', () => {
    expect(parseCSeq('2147483647 INVITE')).toEqual({ number: 2_147_483_647, method: 'INVITE' });
    for (const text of ['2147483648 INVITE', '1', 'INVITE', '-1 INVITE', '1 A B', undefined])
      expect(parseCSeq(text)).toBeUndefined();
  });

  it('finds headers by any case and by compact form, and writes their usual names', () => {
    const headers = new HeaderList().add('v', '1').add('x-Odd', '2').add('CALL-ID', '3').add('record-route', '4');
    expect(headers.get('VIA')).toBe('1');
    expect(headers.get('i')).toBe('3');
    headers.setAll('Via', ['a', 'b']).set('call-id', '5');
    expect(headers.entries().map(({ name, value }) => `${name}=${value}`)).toEqual([
      'Via=a',
      'Via=b',
      'x-Odd=2',
      'Call-ID=5',
      'Record-Route=4',
    ]);
  });
});
