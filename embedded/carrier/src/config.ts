import { parseArgs } from 'node:util';
import { isIPv4 } from 'node:net';
import { z } from 'zod';

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

export const formatHostPort = ({ host, port }: HostPort): string => `${host}:${port}`;

const port = (text: string): number | null => (/^\d{1,5}$/.test(text) && Number(text) <= 65_535 ? Number(text) : null);

const HostPort = z.string().transform((text, context): HostPort => {
  const [host = '', portText = '', ...rest] = text.split(':');
  const number = port(portText);
  if (rest.length === 0 && isIPv4(host) && number !== null) return { host, port: number };
  context.addIssue({ code: 'custom', message: 'must be an IPv4 address and a port, for example 127.0.0.1:18006' });
  return z.NEVER;
});

const LoopbackHostPort = HostPort.refine(
  ({ host }) => host.startsWith('127.'),
  'must be a loopback address: whoever reaches it can place calls',
);

const PortRange = z.string().transform((text, context) => {
  const [from, to, ...rest] = text.split('-').map((part) => port(part));
  if (from && to && from < to && rest.length === 0) return { from, to };
  context.addIssue({ code: 'custom', message: 'must be a range of ports, for example 20000-20999' });
  return z.NEVER;
});

const Milliseconds = z
  .string()
  .regex(/^\d{1,6}$/, 'must be a number of milliseconds')
  .transform(Number);

const Settings = z.object({
  '--sip': HostPort.refine(({ host }) => host !== '0.0.0.0', 'must be one address: SDP names it'),
  '--gateway': HostPort,
  '--control': LoopbackHostPort,
  '--rtp-ports': PortRange,
  '--cache': z.string().min(1, 'must be a folder'),
  '--voice': z.enum(['voice', 'tone']),
  CARRIER_ANSWER_MS: Milliseconds.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
});

export interface CarrierConfig {
  /** Where SIP is received and sent, UDP. */
  readonly sip: HostPort;
  /** The only peer calls are accepted from, and where calls from residents go. */
  readonly gateway: HostPort;
  readonly control: HostPort;
  readonly rtpPorts: { readonly from: number; readonly to: number };
  /** Folder for synthesised voices. */
  readonly cache: string;
  readonly voice: 'voice' | 'tone';
  /** Replaces the ringing time of residents who answer; null for the usual 1 to 5 s. */
  readonly answerMs: number | null;
  readonly logLevel: string;
}

/** Command line or environment do not make sense; the message names every problem. */
export class ConfigError extends Error {
  constructor(problems: readonly string[]) {
    super(problems.join('; '));
    this.name = 'ConfigError';
  }
}

/** The ports that `npm start` uses, so that `npm run ring` finds its carrier. */
const OPTIONS = {
  sip: { type: 'string', default: '127.0.0.1:18006' },
  gateway: { type: 'string', default: '127.0.0.1:18004' },
  control: { type: 'string', default: '127.0.0.1:18007' },
  'rtp-ports': { type: 'string', default: '20000-20999' },
  cache: { type: 'string', default: 'data/voices' },
  voice: { type: 'string', default: 'voice' },
} as const;

/** Reads the carrier's settings. @throws ConfigError */
export function loadConfig(
  args: readonly string[] = process.argv.slice(2),
  environment: NodeJS.ProcessEnv = process.env,
): CarrierConfig {
  const values = readArguments(args);
  const flags = Object.fromEntries(Object.entries(values).map(([name, value]) => [`--${name}`, value]));
  const fromEnvironment = {
    CARRIER_ANSWER_MS: environment['CARRIER_ANSWER_MS'] || undefined,
    LOG_LEVEL: environment['LOG_LEVEL'] || undefined,
  };
  const parsed = Settings.safeParse({ ...flags, ...fromEnvironment });
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${String(issue.path[0])} ${issue.message}`));
  const settings = parsed.data;
  return {
    sip: settings['--sip'],
    gateway: settings['--gateway'],
    control: settings['--control'],
    rtpPorts: settings['--rtp-ports'],
    cache: settings['--cache'],
    voice: settings['--voice'],
    answerMs: settings.CARRIER_ANSWER_MS ?? null,
    logLevel: settings.LOG_LEVEL,
  };
}

function readArguments(args: readonly string[]): Record<string, string | undefined> {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, strict: true, allowPositionals: false }).values;
  } catch (error) {
    throw new ConfigError([error instanceof Error ? error.message : String(error)]);
  }
}

/** Where `ring.ts` finds the carrier. @throws ConfigError */
export function loadControlAddress(environment: NodeJS.ProcessEnv = process.env): HostPort {
  const parsed = LoopbackHostPort.safeParse(environment['CARRIER_CONTROL'] || OPTIONS.control.default);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `CARRIER_CONTROL ${issue.message}`));
  return parsed.data;
}
