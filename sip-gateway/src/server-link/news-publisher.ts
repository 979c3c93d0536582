import { GATEWAY_NEWS } from '#contracts/gateway.contract';
import type { GatewayNews } from '#contracts/gateway.contract';
import type { CallRegistry } from '../call/call-registry.ts';
import type { MixerEvents } from '../ports/mixer.port.ts';
import type { Redis } from './redis-link.ts';

/** Tells the server how well each party of a call is received. Without Redis it is not told: it would be too late afterwards. */
export function publishQuality(
  calls: Pick<CallRegistry, 'whoseLeg'>,
  redis: Pick<Redis, 'publish'>,
): Pick<MixerEvents, 'onQuality'> {
  return {
    onQuality(leg, { lossPct, jitterMs, roundTripMs, mos }) {
      const place = calls.whoseLeg(leg);
      if (place === undefined) return; // A parked phone.
      const news: GatewayNews = { type: 'quality', ...place, lossPct, jitterMs, roundTripMs, mos };
      redis.publish(GATEWAY_NEWS, JSON.stringify(news)).catch(() => undefined);
    },
  };
}
