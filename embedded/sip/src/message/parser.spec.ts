import { Buffer } from 'node:buffer';
import { LIMITS, parseMessage } from './parser.ts';
import type { ParseOutcome } from './parser.ts';
import { serialize } from './sip-message.ts';
import type { SipMessage } from './sip-message.ts';

const parse = (...lines: readonly string[]): ParseOutcome => parseMessage(Buffer.from(lines.join('\r\n')));

function accepted(outcome: ParseOutcome): SipMessage {
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.message;
}

const statusOf = (outcome: ParseOutcome): number | string => (outcome.ok ? 'accepted' : outcome.status);

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

  it('overlooks blank lines before the start line, and takes bare line feeds', () => {
    expect(statusOf(parse('', '', ...request()))).toBe('accepted');
    expect(statusOf(parseMessage(Buffer.from(request().join('\n'))))).toBe('accepted');
  });

  it('refuses a carriage return within a line, which others may take for its end', () => {
    expect(statusOf(parse(...request({ Subject: 'Subject: a\rVia: SIP/2.0/UDP 192.0.2.66' })))).toBe(400);
  });

  it('keeps Unicode at the ends of values, where only spaces and tabs are folding', () => {
    const message = accepted(parse(...request({ Subject: 'Subject: \t \u3000件名\ufeff \t' })));
    expect(message.headers.get('Subject')).toBe('\u3000件名\ufeff');
  });

  it('keeps a body of its own, not the packet it came in', () => {
    const slab = Buffer.alloc(65_536);
    const length = slab.write(`${request({ Length: 'l: 2' }).join('\r\n')}ok`);
    const { body } = accepted(parseMessage(slab.subarray(0, length)));
    expect(body.toString()).toBe('ok');
    expect(body.buffer.byteLength).toBe(2);
  });

  it('answers what is malformed where the method can be read, and 416 to another scheme, 505 to another version', () => {
    expect(statusOf(parse(...request({ start: 'OPTIONS tel:+81 SIP/2.0' })))).toBe(416);
    expect(statusOf(parse(...request({ start: 'OPTIONS sip:a@b SIP/3.0' })))).toBe(505);
    const outcome = parse(...request({ start: 'OPTIONS  sip:a@b  SIP/2.0' }));
    expect(!outcome.ok && outcome.request?.method).toBe('OPTIONS');
    for (const name of ['Via', 'From', 'To', 'CallId', 'CSeq']) {
      expect(statusOf(parse(...request({ [name]: undefined }))))
        .withContext(name)
        .toBe(400);
    }
  });
});
