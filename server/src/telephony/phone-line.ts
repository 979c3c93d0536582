import type { UserId } from '#contracts/ids.contract';
import type { TelephoneGateway } from '../calls/call.ports.ts';
import { describeError } from '../platform/errors.ts';
import type { Logger } from '../platform/logging/logger.ts';

/** Ends media sessions of people who logged out or may no longer have one. */
export class PhoneLine {
  readonly #gateway: TelephoneGateway;
  readonly #logger: Logger;

  constructor(gateway: TelephoneGateway, logger: Logger) {
    this.#gateway = gateway;
    this.#logger = logger;
  }

  /** Returns at once: a log-out must not wait for a gateway. A phone that is not up is no error. */
  drop(userId: UserId): void {
    void this.#drop(userId);
  }

  async #drop(userId: UserId): Promise<void> {
    try {
      const gatewayId = await this.#gateway.findGatewayOf(userId);
      await this.#gateway.send(gatewayId, { type: 'phone.drop', agentId: userId });
    } catch (error) {
      this.#logger.debug(describeError(error), 'There was no phone to drop.');
    }
  }
}
