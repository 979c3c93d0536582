import { Buffer } from 'node:buffer';
import { HeaderList } from '../message/header-list.ts';
import { isFromScanner } from './scanner-filter.ts';

function isDropped(headers: Record<string, string>, uri = 'sip:desk@example.com'): boolean {
  const list = new HeaderList().add('From', '<sip:a@example.com>').add('To', '<sip:b@example.com>');
  for (const [name, value] of Object.entries(headers)) list.set(name, value);
  return isFromScanner({ kind: 'request', method: 'OPTIONS', uri, headers: list, body: Buffer.alloc(0) });
}

describe('The scanner filter', () => {
  it('knows scanners by their User-Agent and by the name they give themselves', () => {
    for (const agent of ['friendly-scanner', 'Sipvicious 0.3.4', 'sipcli/v1.8', 'sundayddr', 'VaxSIPUserAgent/3.1'])
      expect(isDropped({ 'User-Agent': agent }))
        .withContext(agent)
        .toBeTrue();
    expect(isDropped({ From: '"sipvicious"<sip:100@1.1.1.1>;tag=1' })).toBeTrue();
  });

  it('knows addresses that are written for a database', () => {
    for (const user of ["1' or 1=1--", "x'--", "1'%20union%20select", 'a;drop%20table%20users'])
      expect(isDropped({}, `sip:${user}@example.com`))
        .withContext(user)
        .toBeTrue();
    expect(isDropped({}, "sip:x'or''='@example.com")).toBeTrue();
    expect(isDropped({ From: '<sip:1%27%20or%201=1--@example.com>' })).toBeTrue();
  });

  it('lets people pass whose names have apostrophes', () => {
    for (const user of ["d'orazio", "d'andrea", "d'orsi-union", 'o%27reilly', 'reunion'])
      expect(isDropped({}, `sip:${user}@example.com`))
        .withContext(user)
        .toBeFalse();
  });

  it('lets telephones pass, also with strange names', () => {
    for (const agent of ['Linphone/5.0', 'SIP.js/0.21.2', 'Yealink SIP-T54W', 'drachtio'])
      expect(isDropped({ 'User-Agent': agent }))
        .withContext(agent)
        .toBeFalse();
    expect(isDropped({ From: '"O\'Reilly" <sip:o\'reilly@example.com>;tag=1' })).toBeFalse();
    expect(
      isDropped(
        {},
        "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com",
      ),
    ).toBeFalse();
  });
});
