/** Why the browser gives no microphone. */
export type MicrophoneProblem = 'denied' | 'no-device' | 'in-use' | 'insecure-page';

/** Why the phone was turned away and will not try again by itself. */
export type PhoneRefusal = 'credential' | 'not-permitted' | 'other-tab';

/** Where the agent's phone stands. `ready` means: the media session with the gateway is up, parked or in a call. */
export type PhoneState =
  | { name: 'off' }
  | { name: 'needs-microphone'; problem: MicrophoneProblem }
  | { name: 'connecting' }
  | { name: 'ready' }
  | { name: 'reconnecting'; attempt: number }
  | { name: 'refused'; reason: PhoneRefusal };

/** Milliseconds before attempt n+1: quick at first, because a reload or a restarted gateway is back within a second. */
const BACK_OFF_MS = [200, 500, 1_000, 2_000, 4_000, 8_000, 15_000];

/** How long to wait after `failures` failures in a row, in milliseconds. */
export function backOffMs(failures: number): number {
  return BACK_OFF_MS[Math.min(failures, BACK_OFF_MS.length) - 1] ?? 0;
}

/** When to replace a credential, in milliseconds from `nowMs`: at four fifths of what is left of its life. */
export function renewalDelayMs(expiresAt: string, nowMs: number): number {
  return Math.max(1_000, (Date.parse(expiresAt) - nowMs) * 0.8);
}
