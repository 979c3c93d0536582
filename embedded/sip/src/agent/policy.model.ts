/** What an operator may choose about the calls of an application. */
export interface Policy {
  /** How long the standing dialogs of an application that disappeared wait for it to come back; 0 ends them at once (docs/adr/0007). */
  readonly applicationGraceMs: number;
  /** How long an INVITE may ring, in either direction, before the server gives it up with a 408. */
  readonly ringLimitMs: number;
  /** The shortest session interval we agree to, in seconds (RFC 4028 §5: not below 90 outside of tests). */
  readonly minSessionS: number;
}

export const DEFAULT_POLICY: Policy = { applicationGraceMs: 0, ringLimitMs: 300_000, minSessionS: 90 };
