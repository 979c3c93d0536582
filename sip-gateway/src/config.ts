import { isIP } from 'node:net';
import { z } from 'zod';
import { GatewayId } from '#contracts/ids.contract';

const port = z.coerce.number().int().min(1).max(65_535);
const host = z.string().min(1);
const list = z
  .string()
  .optional()
  .transform((text) =>
    (text ?? '')
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

const Environment = z
  .object({
    GATEWAY_ID: GatewayId,
    REDIS_URL: z.url({ protocol: /^rediss?$/ }),
    DRACHTIO_HOST: host,
    DRACHTIO_PORT: port,
    DRACHTIO_SECRET: z.string().min(1),
    RTPENGINE_HOST: host,
    RTPENGINE_NG_PORT: port,
    RTPENGINE_BROWSER_INTERFACE: z.string().min(1).optional(),
    RTPENGINE_CORE_INTERFACE: z.string().min(1).optional(),
    /** One trunk without credentials, host:port; or several, described in a file (docs/trunks.md). */
    SIP_TRUNK: z
      .string()
      .regex(/^[^:\s]+:\d{1,5}$/, 'must be host:port')
      .optional(),
    SIP_TRUNKS_FILE: z.string().min(1).optional(),
    TRUNK_PEERS: list,
    SIP_DOMAIN: z.string().regex(/^[A-Za-z0-9.-]+$/, 'must be a host name or an address'),
    MIXER_ADDRESS: z.string().refine((value) => isIP(value) === 4, 'must be an IPv4 address'),
    MIXER_PORT_MIN: port,
    MIXER_PORT_MAX: port,
    MIXER_WORKERS: z.coerce.number().int().min(1).max(16).default(1),
    SOUNDS_DIR: z.string().min(1).optional(),
    RECORDINGS_DIR: z.string().min(1),
    /** The master keys that recordings are sealed under (vault/README.md). */
    VAULT_KEY_FILE: z.string().min(1),
    FFMPEG: z.string().min(1).default('ffmpeg'),
    RUN_DIR: z.string().min(1),
    JOURNAL_FILE: z.string().min(1),
    ADMIN_PORT: z.coerce.number().int().min(0).max(65_535),
    LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent']).default('info'),
    RECORD: z.stringbool().default(true),
    AGENT_GRACE_SECONDS: z.coerce.number().min(0).max(600).default(30),
  })
  .refine((values) => (values.SIP_TRUNK === undefined) !== (values.SIP_TRUNKS_FILE === undefined), {
    path: ['SIP_TRUNK'],
    message: 'must be set, or SIP_TRUNKS_FILE, but not both',
  })
  .refine((values) => values.MIXER_PORT_MIN < values.MIXER_PORT_MAX, {
    path: ['MIXER_PORT_MAX'],
    message: 'must be above MIXER_PORT_MIN',
  })
  .refine((values) => (values.RTPENGINE_BROWSER_INTERFACE === undefined) === (values.RTPENGINE_CORE_INTERFACE === undefined), {
    path: ['RTPENGINE_CORE_INTERFACE'],
    message: 'must be set together with RTPENGINE_BROWSER_INTERFACE, or neither',
  });

export type Config = Readonly<z.infer<typeof Environment>>;

/** Reads the environment. Throws one Error that names every problem at once. */
export function loadConfig(environment: NodeJS.ProcessEnv): Config {
  const parsed = Environment.safeParse(environment);
  if (parsed.success) return Object.freeze(parsed.data);
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new Error(`The SIP gateway is not configured:\n  ${problems.join('\n  ')}`);
}
