import path from 'node:path';
import { z } from 'zod';
import { StartFailure } from './failure.ts';

const Port = z.coerce.number().int().min(1).max(65_535);

/** What an operator may set, in the environment or in config/.env. Whatever is configured is used instead of a local program. */
export const OperatorSettings = z.object({
  HTTP_PORT: Port.default(8080).describe('Port of the web application.'),
  SIP_WS_PORT: Port.default(8081).describe('Port on which browser phones speak SIP over WebSocket.'),
  INTERNAL_PORT_BASE: Port.default(18_000).describe(
    'First of ten consecutive loopback ports for the processes among themselves.',
  ),
  MEDIA_PORT_OFFSET: z.coerce
    .number()
    .int()
    .min(0)
    .max(9_000)
    .default(0)
    .describe('Added to every media port range, to run two systems beside each other.'),
  DATA_DIR: z.string().default('data').describe('Databases, journals, secrets and logs.'),
  RECORDINGS_DIR: z.string().default('recordings').describe('Audio of recorded calls.'),
  VAULT_KEY_FILE: z
    .string()
    .optional()
    .describe('Master keys that recordings are sealed under (vault/README.md). Unset: made at first start and kept in DATA_DIR.'),
  SIGNING_KEY_FILE: z
    .string()
    .optional()
    .describe('Ed25519 private key (PEM) that signs exported recordings. Unset: made at first start and kept in DATA_DIR.'),
  RECORDING_RETENTION_DAYS: z
    .string()
    .default('1825')
    .describe('Days that recordings are kept; after commas others by debt category: 1825,04=2555.'),
  MONGODB_URI: z
    .string()
    .optional()
    .describe('A MongoDB 8 replica set. Unset: mongod on PATH, else the embedded evaluation server.'),
  REDIS_URL: z.string().optional().describe('A Redis 7 server. Unset: redis-server on PATH.'),
  DRACHTIO_HOST: z.string().optional().describe('A drachtio-server. Unset: drachtio on PATH, else the embedded SIP server.'),
  DRACHTIO_PORT: Port.default(9022).describe('Control port of DRACHTIO_HOST.'),
  DRACHTIO_SECRET: z.string().optional().describe('Control secret of DRACHTIO_HOST.'),
  PHONE_WEBSOCKET_URI: z.string().optional().describe('Where browsers reach the SIP server of DRACHTIO_HOST: wss://…'),
  RTPENGINE_HOST: z.string().optional().describe('An rtpengine. Unset: rtpengine on PATH.'),
  RTPENGINE_NG_PORT: Port.default(22_222).describe('ng control port of RTPENGINE_HOST (UDP).'),
  SIP_TRUNK: z
    .string()
    .optional()
    .describe('The carrier or PBX, host:port. Unset: the embedded carrier with synthetic residents.'),
  SIP_TRUNKS_FILE: z
    .string()
    .optional()
    .describe('Several trunks instead of SIP_TRUNK, with credentials, numbers and priorities: a JSON file (docs/trunks.md).'),
  SIP_DOMAIN: z.string().default('kakehashi.invalid').describe('SIP domain and digest realm of the browser phones.'),
  SIP_PORT: Port.optional().describe('UDP/TCP port on which the SIP server talks to the trunk. Unset: from INTERNAL_PORT_BASE.'),
  CALLING_HOURS: z
    .enum(['demo', 'statute'])
    .default('demo')
    .describe(
      'statute: calls only on business days from 8:30 to 17:00 and within the limits a day, hour and month; demo: at any hour, limits shown but not enforced, under a banner.',
    ),
  QUEUE_FILE: z.string().optional().describe('Rules of the inbound queue, a JSON file (docs/queues.md). Unset: its defaults.'),
  SUPERVISION_HIDDEN: z
    .enum(['allowed', 'never'])
    .default('allowed')
    .describe('Whether supervisors may listen without being shown to those in the call; every mode is audited either way.'),
  CENTRE: z.string().default('仙台市収納業務集約センター').describe('Name of the centre on the screens.'),
  SESSION_SECRET: z.string().min(32).optional().describe('Secret for sessions. Unset: made at first start and kept in DATA_DIR.'),
  CARRIER_VOICE: z
    .enum(['voice', 'tone'])
    .default('voice')
    .describe('What synthetic residents say: Japanese speech, or a 1000 Hz tone for measuring.'),
  CARRIER_ANSWER_MS: z.coerce.number().int().nonnegative().optional().describe('Ringing time of synthetic residents who answer.'),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error']).default('info').describe('How much goes to DATA_DIR/logs.'),
});
export type OperatorSettings = z.infer<typeof OperatorSettings>;

interface PortRange {
  readonly min: number;
  readonly max: number;
}

export interface Settings extends OperatorSettings {
  readonly root: string;
  readonly dataDir: string;
  readonly recordingsDir: string;
  readonly vaultKeyFile: string;
  readonly signingKeyFile: string;
  /** Set by --lan: the address that seats on other machines use. */
  readonly lanAddress: string | undefined;
  readonly ports: Readonly<
    Record<'mongo' | 'redis' | 'ng' | 'control' | 'sip' | 'sipAdmin' | 'carrierSip' | 'carrierControl' | 'gatewayAdmin', number>
  >;
  readonly mediaPorts: Readonly<Record<'relay' | 'mixer' | 'carrier', PortRange>>;
}

/** Reads the operator's settings, reporting every problem at once. Empty variables count as unset. */
export function readSettings(root: string, environment: Record<string, string | undefined>, lanAddress?: string): Settings {
  const given = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''));
  const parsed = OperatorSettings.safeParse(given);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`);
    throw new StartFailure(`Settings that do not fit:\n${problems.join('\n')}`);
  }
  const operator = parsed.data;
  if (operator.DRACHTIO_HOST && !(operator.DRACHTIO_SECRET && operator.PHONE_WEBSOCKET_URI)) {
    throw new StartFailure('DRACHTIO_HOST is set: set DRACHTIO_SECRET and PHONE_WEBSOCKET_URI as well.');
  }
  const base = operator.INTERNAL_PORT_BASE;
  const range = (first: number, count: number): PortRange => ({
    min: first + operator.MEDIA_PORT_OFFSET,
    max: first + operator.MEDIA_PORT_OFFSET + count - 1,
  });
  return {
    ...operator,
    root,
    dataDir: path.resolve(root, operator.DATA_DIR),
    recordingsDir: path.resolve(root, operator.RECORDINGS_DIR),
    vaultKeyFile: path.resolve(root, operator.VAULT_KEY_FILE ?? path.join(operator.DATA_DIR, 'vault-keys.json')),
    signingKeyFile: path.resolve(root, operator.SIGNING_KEY_FILE ?? path.join(operator.DATA_DIR, 'signing-key.pem')),
    lanAddress,
    ports: {
      mongo: base,
      redis: base + 1,
      ng: base + 2,
      control: base + 3,
      sip: operator.SIP_PORT ?? base + 4,
      sipAdmin: base + 5,
      carrierSip: base + 6,
      carrierControl: base + 7,
      gatewayAdmin: base + 8,
    },
    mediaPorts: { relay: range(30_000, 1_000), mixer: range(40_000, 1_000), carrier: range(20_000, 1_000) },
  };
}
