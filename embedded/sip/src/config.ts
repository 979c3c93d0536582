import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { DEFAULT_POLICY } from './agent/policy.model.ts';
import type { Policy } from './agent/policy.model.ts';
import type { SipServerOptions } from './sip-server.ts';
import type { Endpoint } from './transport/flow.ts';
import { parseNetwork } from './transport/ip-address.ts';
import { DEFAULT_PROTECTION } from './transport/protection.ts';
import type { ProtectionOptions } from './transport/protection.ts';
import type { TlsFiles } from './transport/tls-transport.ts';

const isConcrete = (host: string): boolean => isIP(host) !== 0 && host !== '0.0.0.0' && host !== '::';

const endpoint = z.string('is needed').transform((text, context): Endpoint => {
  const match = /^(?:\[([0-9a-fA-F:.]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? '';
  const port = Number(match?.[3] ?? -1);
  if (isConcrete(host) && port >= 0 && port <= 65_535) return { host, port };
  context.addIssue({ code: 'custom', message: 'must be <address>:<port> with the address of one interface' });
  return z.NEVER;
});

const file = z.string().transform((path, context) => {
  try {
    return readFileSync(path);
  } catch {
    context.addIssue({ code: 'custom', message: 'cannot be read' });
    return z.NEVER;
  }
});

const endpoints = z.array(endpoint).optional();

const network = z.string().refine((text) => parseNetwork(text) !== undefined, 'must be an address or a network');

const count = z.string().transform((text, context) => {
  if (/^[1-9]\d{0,8}$/.test(text)) return Number(text);
  context.addIssue({ code: 'custom', message: 'must be a whole number above 0' });
  return z.NEVER;
});

const LISTENERS = ['sip-udp', 'sip-tcp', 'sip-tls', 'ws', 'wss'] as const;

const schema = z
  .object({
    'sip-udp': endpoints,
    'sip-tcp': endpoints,
    'sip-tls': endpoints,
    ws: endpoints,
    wss: endpoints,
    'tls-cert': file.optional(),
    'tls-key': file.optional(),
    'tls-ca': file.optional(),
    control: endpoint,
    admin: endpoint.optional(),
    trust: z.array(network).optional(),
    'messages-per-s': count.optional(),
    'connections-per-source': count.optional(),
    'idle-s': count.optional(),
    'answer-scanners': z.boolean().default(false),
    'application-grace-ms': count.optional(),
    'ring-limit-s': count.optional(),
    DRACHTIO_SECRET: z.string('must be set').min(1, 'must be set'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  })
  .superRefine((values, context) => {
    for (const name of ['wss', 'sip-tls'] as const) {
      const isComplete = values[name] === undefined || (values['tls-cert'] !== undefined && values['tls-key'] !== undefined);
      if (!isComplete) context.addIssue({ code: 'custom', path: [name], message: 'needs --tls-cert and --tls-key' });
    }
    if (LISTENERS.every((name) => values[name] === undefined)) {
      context.addIssue({ code: 'custom', message: 'at least one of --sip-udp, --sip-tcp, --sip-tls, --ws, --wss is needed' });
    }
  });

/** What the process runs with. */
export interface Config {
  readonly server: SipServerOptions;
  readonly logLevel: string;
}

/** Reads arguments and environment. Throws an Error naming every problem at once. */
export function loadConfig(args: readonly string[], environment: NodeJS.ProcessEnv): Config {
  const result = schema.safeParse({
    ...readArguments(args),
    DRACHTIO_SECRET: environment['DRACHTIO_SECRET'],
    LOG_LEVEL: environment['LOG_LEVEL'],
  });
  if (!result.success) {
    throw new Error(result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`.trim()).join('; '));
  }
  return { server: serverOptions(result.data), logLevel: result.data.LOG_LEVEL };
}

function serverOptions(values: z.output<typeof schema>): SipServerOptions {
  const { ws, wss, admin, control, 'tls-cert': cert, 'tls-key': key, 'tls-ca': ca } = values;
  const withFiles = (places: readonly Endpoint[]): (Endpoint & TlsFiles)[] =>
    places.flatMap((place) => (cert && key ? [{ ...place, cert, key, ...(ca ? { ca } : {}) }] : []));
  return {
    ...(values['sip-udp'] ? { udp: values['sip-udp'] } : {}),
    ...(values['sip-tcp'] ? { tcp: values['sip-tcp'] } : {}),
    ...(values['sip-tls'] ? { tls: withFiles(values['sip-tls']) } : {}),
    ...(ws ? { ws } : {}),
    ...(wss ? { wss: withFiles(wss) } : {}),
    ...(admin ? { admin } : {}),
    control,
    secret: values.DRACHTIO_SECRET,
    protection: protectionOptions(values),
    policy: callPolicy(values),
  };
}

function callPolicy({ 'application-grace-ms': graceMs, 'ring-limit-s': ringS }: z.output<typeof schema>): Policy {
  return {
    ...DEFAULT_POLICY,
    ...(graceMs === undefined ? {} : { applicationGraceMs: graceMs }),
    ...(ringS === undefined ? {} : { ringLimitMs: ringS * 1_000 }),
  };
}

function protectionOptions(values: z.output<typeof schema>): ProtectionOptions {
  const { trusted, rate, connections } = DEFAULT_PROTECTION;
  const { 'messages-per-s': perS, 'connections-per-source': perSource, 'idle-s': idleS } = values;
  return {
    trusted: values.trust ?? trusted,
    rate: perS === undefined ? rate : { messagesPerS: perS, burst: 2 * perS },
    connections: {
      ...connections,
      ...(perSource === undefined ? {} : { perSource }),
      ...(idleS === undefined ? {} : { idleMs: idleS * 1_000 }),
    },
    dropScanners: !values['answer-scanners'],
  };
}

function readArguments(args: readonly string[]): Record<string, unknown> {
  const one = { type: 'string' } as const;
  const several = { type: 'string', multiple: true } as const;
  const options = {
    ...Object.fromEntries(LISTENERS.map((name) => [name, several])),
    'tls-cert': one,
    'tls-key': one,
    'tls-ca': one,
    control: one,
    admin: one,
    trust: several,
    'messages-per-s': one,
    'connections-per-source': one,
    'idle-s': one,
    'answer-scanners': { type: 'boolean' },
    'application-grace-ms': one,
    'ring-limit-s': one,
  } as const;
  return parseArgs({ args: [...args], options, strict: true }).values;
}
