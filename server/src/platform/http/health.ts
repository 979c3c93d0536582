import type { RequestHandler } from 'express';

export interface ComponentHealth {
  isReady: boolean;
  detail: string;
}

/** Asks one component whether it can be used now; `detail` is one short sentence without addresses or secrets. */
export type HealthCheck = () => Promise<ComponentHealth>;

/** GET /healthz: the process answers. */
export const livenessProbe: RequestHandler = (_request, response) => {
  response.set('Cache-Control', 'no-store').json({ status: 'ok' });
};

/** GET /readyz: 200 when every component is usable, else 503; the body names each. */
export function readinessProbe(checks: Record<string, HealthCheck>): RequestHandler {
  return async (_request, response) => {
    const components = Object.fromEntries(
      await Promise.all(Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const)),
    );
    const isReady = Object.values(components).every((component) => component.isReady);
    response
      .status(isReady ? 200 : 503)
      .set('Cache-Control', 'no-store')
      .json({ status: isReady ? 'ready' : 'not-ready', components });
  };
}

async function runCheck(check: HealthCheck): Promise<ComponentHealth> {
  try {
    return await check();
  } catch {
    return { isReady: false, detail: 'does not answer' };
  }
}
