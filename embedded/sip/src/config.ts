import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { SipServerOptions } from './sip-server.ts';
import type { Endpoint } from './transport/flow.ts';

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

const schema = z
  .object({
    'sip-udp': endpoint.optional(),
    'sip-tcp': endpoint.optional(),
    ws: endpoint.optional(),
    wss: endpoint.optional(),
    'tls-cert': file.optional(),
    'tls-key': file.optional(),
    control: endpoint,
    admin: endpoint.optional(),
    DRACHTIO_SECRET: z.string('must be set').min(1, 'must be set'),
    LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent']).default('info'),
  })
  .refine((values) => values.wss === undefined || (values['tls-cert'] !== undefined && values['tls-key'] !== undefined), {
    path: ['wss'],
    message: 'needs --tls-cert and --tls-key',
  })
  .refine((values) => ['sip-udp', 'sip-tcp', 'ws', 'wss'].some((name) => name in values), {
    message: 'at least one of --sip-udp, --sip-tcp, --ws, --wss is needed',
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
  const values = result.data;
  const { wss, 'tls-cert': cert, 'tls-key': key } = values;
  const server: SipServerOptions = {
    ...(values['sip-udp'] ? { udp: values['sip-udp'] } : {}),
    ...(values['sip-tcp'] ? { tcp: values['sip-tcp'] } : {}),
    ...(values.ws ? { ws: values.ws } : {}),
    ...(wss && cert && key ? { wss: { ...wss, cert, key } } : {}),
    ...(values.admin ? { admin: values.admin } : {}),
    control: values.control,
    secret: values.DRACHTIO_SECRET,
  };
  return { server, logLevel: values.LOG_LEVEL };
}

function readArguments(args: readonly string[]): Record<string, string | undefined> {
  const text = { type: 'string' } as const;
  const options = {
    'sip-udp': text,
    'sip-tcp': text,
    ws: text,
    wss: text,
    'tls-cert': text,
    'tls-key': text,
    control: text,
    admin: text,
  };
  return parseArgs({ args: [...args], options, strict: true }).values;
}
