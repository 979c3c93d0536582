import { randomBytes, randomInt, randomUUID } from 'node:crypto';
import { BRANCH_COOKIE } from '../message/via.ts';

/** A new Via branch (RFC 3261 §8.1.1.7). */
export function newBranch(): string {
  return `${BRANCH_COOKIE}${randomBytes(12).toString('hex')}`;
}

/** A new From or To tag (RFC 3261 §19.3). */
export function newTag(): string {
  return randomBytes(8).toString('hex');
}

/** A new Call-ID, transaction id or message id. */
export function newUuid(): string {
  return randomUUID();
}

/** A first CSeq number, far from the limit of 2^31 (RFC 3261 §8.1.1.5). */
export function newSeq(): number {
  return randomInt(1, 2 ** 24);
}
