import { formatParams, parseParams, splitOutsideQuotes } from './quoting.ts';
import type { Params } from './quoting.ts';
import { parseHostPort } from './uri.ts';

/** RFC 3261 §8.1.1.7: what marks a branch as unique over space and time. */
export const BRANCH_COOKIE = 'z9hG4bK';

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** Only where it is not 2.0: such a Via is read so that its message can be refused. */
  readonly version?: string;
  /** In upper case: UDP, TCP, WS … */
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
}

const PROTOCOL = /^SIP[ \t]*\/[ \t]*(\d{1,3}\.\d{1,3})[ \t]*\/[ \t]*([A-Za-z0-9-]+)[ \t]+(?=[^ \t])/i;

/** Parses one Via value; undefined when malformed. */
export function parseVia(text: string): Via | undefined {
  const trimmed = text.trim();
  const match = PROTOCOL.exec(trimmed);
  const [protocol = '', version, transport] = match ?? [];
  if (version === undefined || transport === undefined) return undefined;
  const rest = trimmed.slice(protocol.length);
  const semicolon = rest.indexOf(';');
  const address = parseHostPort(semicolon < 0 ? rest : rest.slice(0, semicolon));
  const params = parseParams(semicolon < 0 ? '' : rest.slice(semicolon + 1));
  if (address === undefined || params === undefined) return undefined;
  return { ...(version === '2.0' ? {} : { version }), transport: transport.toUpperCase(), ...address, params };
}

/** The first value of the first Via line. */
export function parseTopVia(lines: readonly string[]): Via | undefined {
  const first = lines[0] === undefined ? undefined : splitOutsideQuotes(lines[0], ',')?.[0];
  return first === undefined ? undefined : parseVia(first);
}

/** Writes a Via value. */
export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/${via.version ?? '2.0'}/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}
