import type { GatewayCommand } from '#contracts/gateway.contract';
import type { GatewayId, UserId } from '#contracts/ids.contract';

/** What calls ask of the telephone gateways. */
export interface TelephoneGateway {
  /** Which gateway holds this person's media session. Throws phone.not-ready. */
  findGatewayOf(userId: UserId): Promise<GatewayId>;
  /** Resolves when the gateway accepted the command; throws its refusal or gateway.unavailable. */
  send(gatewayId: GatewayId, command: GatewayCommand): Promise<void>;
}
