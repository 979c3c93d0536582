import type { PhoneNumber } from '#contracts/ids.contract';
import type { TrunkSettings } from './trunk-settings.ts';

/** What is known of a trunk now. */
export interface TrunkCondition {
  /** Null until it answered or failed to for the first time: it is tried then. */
  readonly isReachable: boolean | null;
  /** Null when it does not register. */
  readonly isRegistered: boolean | null;
  readonly channelsInUse: number;
}

/** A trunk that cannot carry a call now is not tried; without any, the call fails at once. */
export const isUsable = ({ channels, registers }: TrunkSettings, now: TrunkCondition): boolean =>
  (!registers || now.isRegistered !== false) && now.channelsInUse < channels;

/**
 * The trunks for a call under this caller ID, best first: those that know the number, by priority, the emptier of equals. One that did not
 * answer lately comes last, and is tried all the same: nothing is lost when it is the only one, and the call may find it back.
 */
export function rankTrunks<Trunk extends { readonly settings: TrunkSettings; readonly condition: TrunkCondition }>(
  trunks: readonly Trunk[],
  callerId: PhoneNumber,
): Trunk[] {
  return trunks
    .filter(({ settings }) => settings.numbers.length === 0 || settings.numbers.includes(callerId))
    .filter(({ settings, condition }) => isUsable(settings, condition))
    .sort(
      (a, b) =>
        Number(a.condition.isReachable === false) - Number(b.condition.isReachable === false) ||
        a.settings.priority - b.settings.priority ||
        a.condition.channelsInUse / a.settings.channels - b.condition.channelsInUse / b.settings.channels,
    );
}

/**
 * Whether another trunk may have better luck: the server failed or was not there (408 without any response, 5xx but 501 and 505; RFC 3261 §21.5).
 * Busy, not found and refusals are the called party's answer and hold on every trunk.
 */
export const isTrunkFailure = (status: number): boolean =>
  status === 408 || status === 500 || status === 502 || status === 503 || status === 504;
