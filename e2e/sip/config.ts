import { z } from 'zod';

const port = z.coerce.number().int().min(1).max(65_535);

const schema = z.object({
  DRACHTIO_HOST: z.string().min(1).optional(),
  DRACHTIO_PORT: port.default(9022),
  DRACHTIO_SECRET: z.string().min(1).default('cymru'),
  /** RFC 3261 timer T1 of that server, in milliseconds. */
  DRACHTIO_T1_MS: z.coerce.number().int().min(10).max(5_000).default(500),
  /** `host:port` of the counters of an embedded server in another process. */
  DRACHTIO_ADMIN: z
    .string()
    .regex(/^[^:]+:\d+$/, 'must be <host>:<port>')
    .optional(),
});

/** A SIP server that somebody else started; undefined when the suite shall start its own. */
export interface ForeignServer {
  readonly host: string;
  readonly port: number;
  readonly secret: string;
  readonly t1Ms: number;
  readonly admin: string | undefined;
}

/** Reads where the suite shall run. Throws an Error naming every problem at once. */
export function foreignServer(environment: NodeJS.ProcessEnv): ForeignServer | undefined {
  const result = schema.safeParse(environment);
  if (!result.success) {
    throw new Error(result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; '));
  }
  const { DRACHTIO_HOST, DRACHTIO_PORT, DRACHTIO_SECRET, DRACHTIO_T1_MS, DRACHTIO_ADMIN } = result.data;
  if (DRACHTIO_HOST === undefined) return undefined;
  return { host: DRACHTIO_HOST, port: DRACHTIO_PORT, secret: DRACHTIO_SECRET, t1Ms: DRACHTIO_T1_MS, admin: DRACHTIO_ADMIN };
}
