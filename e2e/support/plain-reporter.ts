import type { FullResult, Reporter, TestCase } from '@playwright/test/reporter';

/** Closes with `N passed, N failed`, as every level of `npm test` does. A flaky test counts as failed. */
export default class PlainReporter implements Reporter {
  readonly #tests = new Set<TestCase>();
  #outsideErrors = 0;

  onTestEnd(test: TestCase): void {
    this.#tests.add(test);
  }

  onError(): void {
    this.#outsideErrors += 1;
  }

  onEnd(result: FullResult): void {
    const count = (...outcomes: string[]): number => [...this.#tests].filter((test) => outcomes.includes(test.outcome())).length;
    const cutShort = result.status === 'timedout' || result.status === 'interrupted' ? 1 : 0;
    console.log(`\n${count('expected')} passed, ${count('unexpected', 'flaky') + this.#outsideErrors + cutShort} failed`);
  }

  printsToStdio(): boolean {
    return true;
  }
}
