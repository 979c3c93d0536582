import { z } from 'zod';
import { parseRetention } from './recordings/retention.model.ts';

/** An unset variable and an empty one mean the same: env files cannot unset. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' ? undefined : value), schema.optional());

const list = z.string().transform((text) =>
  text
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== ''),
);

const port = z
  .string()
  .regex(/^\d{1,5}$/, 'a port number')
  .transform(Number)
  .pipe(z.int().max(65_535));

/** Every setting of the server. The descriptions are what `describeConfig` prints for operators. */
export const ServerEnvironment = z.object({
  HTTP_HOST: z.string().default('127.0.0.1').describe('Address the server listens on.'),
  HTTP_PORT: port.default(3000).describe('Port the server listens on; 0 lets the system choose.'),
  TLS_CERT_FILE: optional(z.string()).describe('PEM certificate chain. With TLS_KEY_FILE the server speaks HTTPS.'),
  TLS_KEY_FILE: optional(z.string()).describe('PEM private key of TLS_CERT_FILE.'),
  PUBLIC_ORIGIN: list
    .pipe(z.array(z.url()).min(1))
    .describe('Origins browsers come from, comma-separated, for example http://localhost:3000.'),
  MONGODB_URI: z.string().startsWith('mongodb').describe('MongoDB connection string with the database name.'),
  REDIS_URL: z.url({ protocol: /^rediss?$/ }).describe('Redis address, redis:// or rediss://.'),
  SESSION_SECRET: z
    .string()
    .min(32)
    .describe('At least 32 characters; keys the stored session tokens. Changing it logs everybody out.'),
  PHONE_WEBSOCKET_URI: z.url({ protocol: /^wss?$/ }).describe('WebSocket address of the SIP server as browsers reach it.'),
  SIP_DOMAIN: z.string().min(1).describe('SIP domain and digest realm of the browser phones.'),
  RECORDINGS_DIR: z.string().min(1).describe('Folder of the recordings that the gateway writes.'),
  VAULT_KEY_FILE: z
    .string()
    .min(1)
    .describe('Master keys that recordings are sealed under, the same as the gateway has (vault/README.md).'),
  SIGNING_KEY_FILE: z.string().min(1).describe('Ed25519 private key (PEM) that signs the certificates of exported recordings.'),
  RECORDING_RETENTION_DAYS: z
    .string()
    .default('1825')
    .refine((text) => parseRetention(text) !== null, 'must be days, or days and others by category: 1825,04=2555')
    .describe('Days that recordings are kept; after commas others by debt category: 1825,04=2555.'),
  CLIENT_DIR: optional(z.string()).describe('Folder of the built client; without it only the API is served.'),
  CALLING_HOURS: z
    .enum(['statute', 'demo'])
    .default('statute')
    .describe(
      'statute: business days 8:30-17:00 and every limit of DOMAIN §4.4; demo: always open, attempt limits shown but not enforced.',
    ),
  SUPERVISION_HIDDEN: z
    .enum(['allowed', 'never'])
    .default('allowed')
    .describe('Whether supervisors may listen without being shown to those in the call; every mode is audited either way.'),
  QUEUE_FILE: optional(z.string()).describe('JSON file with the rules of the inbound queue (docs/queues.md).'),
  DEMO: z.stringbool().default(false).describe('The data are synthetic; every screen says so.'),
  CENTRE: z.string().min(1).default('仙台市収納業務集約センター').describe('Name of the centre on screens.'),
  LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info').describe('pino log level.'),
});

const Checked = ServerEnvironment.superRefine((env, context) => {
  if ((env.TLS_CERT_FILE === undefined) !== (env.TLS_KEY_FILE === undefined)) {
    context.addIssue({ code: 'custom', path: ['TLS_KEY_FILE'], message: 'TLS_CERT_FILE and TLS_KEY_FILE go together' });
  }
});

export type ServerConfig = Readonly<z.output<typeof ServerEnvironment>>;

/** Thrown with every problem of the environment at once; values are never repeated, they may be secrets. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`The configuration has ${problems.length} problem(s):\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.name = 'ConfigError';
    this.problems = problems;
  }
}

/** What `node server/src/demo/seed.ts` needs. */
export const SeedEnvironment = z.object({
  MONGODB_URI: ServerEnvironment.shape.MONGODB_URI,
  DEMO_PASSWORD: z.string().min(8).describe('Password of every demonstration account.'),
});

/** Reads the environment of the seed program. Throws ConfigError naming every problem. */
export function loadSeedConfig(environment: Record<string, string | undefined>): Readonly<z.output<typeof SeedEnvironment>> {
  return check(SeedEnvironment, environment);
}

/** What `node server/src/recordings/maintain.ts` needs. */
export const MaintenanceEnvironment = ServerEnvironment.pick({ MONGODB_URI: true, RECORDINGS_DIR: true, VAULT_KEY_FILE: true });

/** Reads the environment of the upkeep of recordings. Throws ConfigError naming every problem. */
export function loadMaintenanceConfig(
  environment: Record<string, string | undefined>,
): Readonly<z.output<typeof MaintenanceEnvironment>> {
  return check(MaintenanceEnvironment, environment);
}

/** Reads the environment into a frozen configuration. Throws ConfigError naming every problem. */
export function loadConfig(environment: Record<string, string | undefined>): ServerConfig {
  return check(Checked, environment);
}

function check<Schema extends z.ZodType>(
  schema: Schema,
  environment: Record<string, string | undefined>,
): Readonly<z.output<Schema>> {
  const parsed = schema.safeParse(environment);
  if (!parsed.success) throw new ConfigError(parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`));
  return Object.freeze(parsed.data);
}

export interface ConfigEntry {
  name: string;
  description: string;
  isRequired: boolean;
  /** The default as it would be written in an env file, or null. */
  defaultValue: string | null;
}

/** Lists every setting, in order, for the generated config/.env.example. */
export function describeConfig(): ConfigEntry[] {
  return Object.entries(ServerEnvironment.shape).map(([name, schema]) => {
    const absent = schema.safeParse(undefined);
    const value = absent.success ? absent.data : undefined;
    return {
      name,
      description: schema.description ?? '',
      isRequired: !absent.success,
      defaultValue: value === undefined ? null : String(value),
    };
  });
}
