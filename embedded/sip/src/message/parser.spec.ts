import { Buffer } from 'node:buffer';
import { LIMITS, parseMessage } from './parser.ts';
import type { ParseOutcome } from './parser.ts';
import { identityOf, serialize } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

const parse = (...lines: readonly string[]): ParseOutcome => parseMessage(Buffer.from(lines.join('\r\n')));

function accepted(outcome: ParseOutcome): SipMessage {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.message;
}

const statusOf = (outcome: ParseOutcome): number | string => (outcome.ok ? 'accepted' : outcome.status);

/** Processor time, so that a busy machine does not count. */
function cpuMsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1_000;
}

/** A plain request with some of its lines replaced; the key is the header name or `start`. */
function request(changes: Record<string, string | undefined> = {}): string[] {
  const lines: Record<string, string | undefined> = {
    start: 'OPTIONS sip:user@example.com SIP/2.0',
    Via: 'Via: SIP/2.0/UDP 192.0.2.9;branch=z9hG4bK1',
    From: 'From: <sip:a@example.com>;tag=1',
    To: 'To: <sip:user@example.com>',
    CallId: 'Call-ID: 1',
    CSeq: 'CSeq: 1 OPTIONS',
    Length: 'Content-Length: 0',
    ...changes,
  };
  return [...Object.values(lines).filter((line) => line !== undefined), '', ''];
}

describe('The parser, on the messages of RFC 4475', () => {
  it('§3.1.1.1 wsinv: takes folding, compact names, odd spacing and several values in a line', () => {
    const message = accepted(
      parse(
        'INVITE sip:vivekg@chair-dnrc.example.com;unknownparam SIP/2.0',
        'TO :',
        ' sip:vivekg@chair-dnrc.example.com ;   tag    = 1918181833n',
        'from   : "J Rosenberg \\\\\\""       <sip:jdrosen@example.com>',
        '  ;',
        '  tag = 98asjd8',
        'MaX-fOrWaRdS: 0068',
        'Call-ID: wsinv.ndaksdj@192.0.2.1',
        'Content-Length   : 150',
        'cseq: 0009',
        '  INVITE',
        'Via  : SIP  /   2.0',
        ' /UDP',
        '    192.0.2.2;branch=390skdjuw',
        's :',
        'NewFangledHeader:   newfangled value',
        ' continued newfangled value',
        'UnknownHeaderWithUnusualValue: ;;,,;;,;',
        'Content-Type: application/sdp',
        'Route:',
        ' <sip:services.example.com;lr;unknownwith=value;unknown-no-value>',
        'v:  SIP  / 2.0  / TCP     spindle.example.com   ;',
        '  branch  =   z9hG4bK9ikj8  ,',
        ' SIP  /    2.0   / UDP  192.168.255.111   ; branch=',
        ' z9hG4bK30239',
        'm:"Quoted string \\"\\"" <sip:jdrosen@example.com> ; newparam =',
        '      newvalue ;',
        '  secondparam ; q = 0.33',
        '',
        'x'.repeat(150),
      ),
    );
    expect(identityOf(message)).toEqual({
      callId: 'wsinv.ndaksdj@192.0.2.1',
      fromTag: '98asjd8',
      toTag: '1918181833n',
      cseq: { number: 9, method: 'INVITE' },
    });
    expect(message.headers.getAll('Via').length).toBe(2);
    expect(message.headers.get('NewFangledHeader')).toBe('newfangled value continued newfangled value');
  });

  it('§3.1.1.2 intmeth: takes every character a method and a parameter may have', () => {
    const method = "!interesting-Method0123456789_*+`.%indeed'~";
    const uri = "sip:1_unusual.URI~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1,weird!*pas$wo~d_too.(doesn't-it)@example.com";
    const message = accepted(parse(...request({ start: `${method} ${uri} SIP/2.0`, CSeq: `CSeq: 139122385 ${method}` })));
    expect(message.kind === 'request' && message.uri).toBe(uri);
  });

  it('§3.1.1.4 escnull: takes escaped zero bytes', () => {
    expect(statusOf(parse(...request({ From: 'From: sip:null-%00-null@example.com;tag=839923423' })))).toBe('accepted');
  });

  it('§3.1.1.6 lwsdisp: takes a display name right before its bracket', () => {
    expect(identityOf(accepted(parse(...request({ From: 'From: caller<sip:caller@example.com>;tag=323' })))).fromTag).toBe('323');
  });

  it('§3.1.1.7 longreq: takes long values', () => {
    const long = 'long'.repeat(500);
    expect(statusOf(parse(...request({ From: `From: "${long}" <sip:${long}@example.com>;tag=12` })))).toBe('accepted');
  });

  it('§3.1.1.8 dblreq: ignores what follows the body', () => {
    const message = accepted(parse(...request().slice(0, -1), 'INVITE sip:joe@example.com SIP/2.0', 'Call-ID: second', ''));
    expect(message.body.length).toBe(0);
  });

  it('§3.1.1.9 semiuri: takes semicolons before the @ as part of the user', () => {
    expect(statusOf(parse(...request({ start: 'OPTIONS sip:user;par=u%40example.net@example.com SIP/2.0' })))).toBe('accepted');
  });

  it('§3.1.1.11 mpart01, §3.1.1.13 noreason: takes bytes in a body and an empty reason', () => {
    const head = Buffer.from(request({ Length: 'Content-Length: 4' }).join('\r\n'));
    const message = accepted(parseMessage(Buffer.concat([head, Buffer.from([0, 255, 13, 128])])));
    expect([...message.body]).toEqual([0, 255, 13, 128]);
    expect(accepted(parse(...request({ start: 'SIP/2.0 100 ' }))).kind).toBe('response');
    expect(accepted(parse(...request({ start: 'SIP/2.0 100' }))).kind).toBe('response');
  });

  it('§3.1.2.1 badinv01: refuses stray separators in Via and Contact', () => {
    expect(statusOf(parse(...request({ Via: 'Via: SIP/2.0/UDP 192.0.2.15;;,;,,' })))).toBe(400);
    expect(statusOf(parse(...request({ Contact: 'Contact: "Joe" <sip:joe@example.org>;;,;,' })))).toBe(400);
  });

  it('§3.1.2.2 clerr: refuses a body shorter than announced', () => {
    expect(statusOf(parse(...request({ Length: 'Content-Length: 9999' })))).toBe(400);
  });

  it('§3.1.2.3 ncl: refuses a negative Content-Length', () => {
    expect(statusOf(parse(...request({ Length: 'Content-Length: -999' })))).toBe(400);
  });

  it('§3.1.2.4 scalar02: refuses numbers out of range', () => {
    expect(statusOf(parse(...request({ CSeq: 'CSeq: 36893488147419103232 OPTIONS' })))).toBe(400);
    expect(statusOf(parse(...request({ Forwards: 'Max-Forwards: 300' })))).toBe(400);
  });

  it('§3.1.2.6 quotbal: refuses an unclosed quote', () => {
    expect(statusOf(parse(...request({ To: 'To: "Mr. J. User <sip:j.user@example.com>' })))).toBe(400);
  });

  it('§3.1.2.7 ltgtruri, §3.1.2.8 lwsruri, §3.1.2.9 lwsstart, §3.1.2.10 trws: refuses brackets and spaces around the URI', () => {
    for (const line of [
      'INVITE <sip:user@example.com> SIP/2.0',
      'INVITE sip:user@example.com; lr SIP/2.0',
      'INVITE  sip:user@example.com  SIP/2.0',
      'OPTIONS sip:remote-target@example.com SIP/2.0  ',
    ]) {
      const outcome = parse(...request({ start: line, CSeq: `CSeq: 1 ${line.split(' ')[0] ?? ''}` }));
      expect(statusOf(outcome)).toBe(400);
      expect(!outcome.ok && outcome.request !== undefined)
        .withContext(line)
        .toBeTrue();
    }
  });

  it('§3.1.2.13 regbadct, §3.1.2.16 badvers, §3.1.2.17 mismatch01: refuses broken contacts, versions and CSeq methods', () => {
    expect(statusOf(parse(...request({ Contact: 'Contact: sip:user@example.com?Route=%3Csip:sip.example.com%3E' })))).toBe(400);
    expect(statusOf(parse(...request({ start: 'OPTIONS sip:t.watson@example.org SIP/7.0' })))).toBe(505);
    expect(statusOf(parse(...request({ CSeq: 'CSeq: 1 INVITE' })))).toBe(400);
  });

  it('§3.1.2.19 bigcode: drops a response with an impossible status', () => {
    const outcome = parse(...request({ start: 'SIP/2.0 4294967301 better not break the receiver' }));
    expect(!outcome.ok && outcome.request === undefined).toBeTrue();
  });

  it('§3.3.1 insuf, §3.3.8 multi01: refuses missing and repeated headers', () => {
    for (const name of ['Via', 'From', 'To', 'CallId', 'CSeq']) {
      expect(statusOf(parse(...request({ [name]: undefined }))))
        .withContext(name)
        .toBe(400);
    }
    for (const again of ['CSeq: 2 OPTIONS', 'Call-ID: 2', 'f: <sip:b@example.com>;tag=2', 't: <sip:b@example.com>', 'l: 0']) {
      expect(statusOf(parse(...request({ Again: again }))))
        .withContext(again)
        .toBe(400);
    }
  });

  it('§3.3.2 unkscm, §3.3.3 novelsc: answers 416 to another scheme', () => {
    expect(statusOf(parse(...request({ start: 'OPTIONS nobodyKnowsThisScheme:totallyopaquecontent SIP/2.0' })))).toBe(416);
    expect(statusOf(parse(...request({ start: 'OPTIONS soap.beep://192.0.2.103:3002 SIP/2.0' })))).toBe(416);
  });
});

describe('The parser', () => {
  it('writes what it read', () => {
    const text = request({ Length: 'Content-Length: 2' }).join('\r\n') + 'ok';
    expect(serialize(accepted(parseMessage(Buffer.from(text)))).toString()).toBe(text);
  });

  it('refuses what is too large: message, header count, line', () => {
    expect(statusOf(parseMessage(Buffer.alloc(LIMITS.messageBytes + 1, 'a')))).toBe(513);
    const many = Array.from({ length: LIMITS.headerCount + 1 }, (_, index) => `X-${index}: 1`);
    expect(statusOf(parse(...request({ Many: many.join('\r\n') })))).toBe(400);
    expect(statusOf(parse(...request({ Long: `X-Long: ${'a'.repeat(LIMITS.lineLength)}` })))).toBe(400);
    expect(
      statusOf(
        parse(...request({ Folded: ['X-Folded: a', ...Array.from({ length: 1_000 }, () => ' aaaaaaaaaa')].join('\r\n') })),
      ),
    ).toBe(400);
  });

  it('neither throws nor dawdles on half a second of damaged messages', () => {
    const seeds = [
      request(),
      request({ start: 'SIP/2.0 200 OK' }),
      request({ Contact: 'Contact: "a" <sip:x@y;z>;expires=1, *', Via: 'v: SIP/2.0/WS [2001:db8::1]:5060;branch=z9hG4bK;rport' }),
    ].map((lines) => Buffer.from(lines.join('\r\n')));
    const tokens = [
      '"',
      '<',
      '>',
      ';',
      ',',
      '\\',
      '\r\n ',
      '\0',
      '=',
      ':',
      '%',
      '@',
      '[',
      'sip:',
      ' '.repeat(300),
      '"\\'.repeat(200),
      '<'.repeat(500),
    ];
    // A fixed sequence, so that a failure can be repeated.
    let state = 12_345;
    const random = (limit: number): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return (state >>> 8) % limit;
    };
    const endAt = performance.now() + 500;
    let slowestMs = 0;
    let count = 0;
    while (performance.now() < endAt) {
      let bytes = seeds[random(seeds.length)] ?? Buffer.alloc(0);
      for (let changes = random(6); changes >= 0; changes--) {
        const at = random(bytes.length + 1);
        const token = Buffer.from(tokens[random(tokens.length)] ?? '');
        bytes = Buffer.concat([bytes.subarray(0, at), token, bytes.subarray(at + random(4))]);
      }
      const startedAt = process.cpuUsage();
      const outcome = parseMessage(bytes);
      slowestMs = Math.max(slowestMs, cpuMsSince(startedAt));
      if (outcome.ok) serialize(outcome.message);
      count++;
    }
    expect(count).toBeGreaterThan(100);
    // The allowance is for a busy machine; a message of this size takes a fraction of a millisecond.
    expect(slowestMs).toBeLessThan(100);
  });

  it('takes time in proportion to the length of the worst values', () => {
    const worst = [
      `"${'\\"'.repeat(3_000)}`,
      '<'.repeat(8_000),
      ';'.repeat(8_000),
      ' '.repeat(8_000),
      `sip:${'a.'.repeat(3_900)}`,
      `${'a-'.repeat(3_900)}_!`,
    ];
    for (const value of worst) {
      const startedAt = process.cpuUsage();
      parse(...request({ From: `From: ${value}`, Contact: `Contact: ${value}`, Via: `Via: SIP/2.0/UDP ${value}` }));
      parse(...request({ start: `OPTIONS sip:${value.replaceAll(' ', '')} SIP/2.0` }));
      parse(...request({ CSeq: `CSeq: 1 ${value}` }));
      expect(cpuMsSince(startedAt)).withContext(value.slice(0, 10)).toBeLessThan(100);
    }
  });
});
