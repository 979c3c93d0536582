import type { ComponentFixture } from '@angular/core/testing';

/** Longer than any chain of promises between an answer and what is drawn from it. */
const TURNS = 10;

/** Lets an answer travel through the promises that wait for it, then draws. */
export async function settle(fixture: ComponentFixture<unknown>): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
  await fixture.whenStable();
}
