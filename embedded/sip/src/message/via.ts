import { formatParams, parseParams, splitOutsideQuotes } from './quoting.ts';
import type { Params } from './quoting.ts';
import { parseHostPort } from './uri.ts';

/** RFC 3261 §8.1.1.7: what marks a branch as unique over space and time. */
export const BRANCH_COOKIE = 'z9hG4bK';

/** One Via value (RFC 3261 §20.42). */
export interface Via {
  /** In upper case: UDP, TCP, WS … */
  readonly transport: string;
  readonly host: string;
  readonly port?: number;
  readonly params: Params;
}

const PROTOCOL = /^SIP[ \t]*\/[ \t]*2\.0[ \t]*\/[ \t]*([A-Za-z0-9-]+)[ \t]+(.+)$/i;

/** Parses one Via value; undefined when malformed. */
export function parseVia(text: string): Via | undefined {
  const match = PROTOCOL.exec(text.trim());
  const transport = match?.[1];
  const rest = match?.[2];
  if (transport === undefined || rest === undefined) return undefined;
  const semicolon = rest.indexOf(';');
  const address = parseHostPort(semicolon < 0 ? rest : rest.slice(0, semicolon));
  const params = parseParams(semicolon < 0 ? '' : rest.slice(semicolon + 1));
  if (address === undefined || params === undefined) return undefined;
  return { transport: transport.toUpperCase(), ...address, params };
}

/** The first value of the first Via line. */
export function parseTopVia(lines: readonly string[]): Via | undefined {
  const first = lines[0] === undefined ? undefined : splitOutsideQuotes(lines[0], ',')?.[0];
  return first === undefined ? undefined : parseVia(first);
}

/** Writes a Via value. */
export function formatVia(via: Via): string {
  const port = via.port === undefined ? '' : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}
