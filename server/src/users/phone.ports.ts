import type { UserId } from '#contracts/ids.contract';

/** Ends a person's media session at the gateway; a phone that is not up is no error. */
export interface PhoneDropper {
  drop(userId: UserId): void;
}
