import type { CommandRefusal, GatewayCommand } from '#contracts/gateway.contract';
import type { GatewayId, UserId } from '#contracts/ids.contract';
import type { ProblemCode } from '#contracts/problem.contract';
import { DomainError } from '../platform/errors.ts';

/** What calls ask of the telephone gateways. */
export interface TelephoneGateway {
  /** Which gateway holds this person's media session. Throws phone.not-ready. */
  findGatewayOf(userId: UserId): Promise<GatewayId>;
  /** Resolves when the gateway accepted the command; throws its refusal or gateway.unavailable. */
  send(gatewayId: GatewayId, command: GatewayCommand): Promise<void>;
}

/** What calls ask about the people of the centre. */
export interface People {
  /** Empty for somebody unknown. */
  nameOf(userId: UserId): Promise<string>;
}

/** The gateway answered a command with no. */
export class GatewayRefusal extends DomainError {
  readonly refusal: CommandRefusal;

  constructor(code: ProblemCode, refusal: CommandRefusal) {
    super(code, `The gateway refused the command: ${refusal}.`);
    this.refusal = refusal;
  }
}

/** Whether a command failed because no such call is at the gateway. */
export const isUnknownCall = (error: unknown): boolean => error instanceof GatewayRefusal && error.refusal === 'unknown-call';
