/** Prints one line per failed spec and closes with `N passed, N failed`. A run without a spec counts as failed. */
export class PlainReporter implements jasmine.CustomReporter {
  #passed = 0;
  #failed = 0;

  specDone(result: jasmine.SpecResult): void {
    if (result.status === 'passed') this.#passed += 1;
    if (result.status !== 'failed') return;
    this.#failed += 1;
    console.log(`not ok - ${result.fullName}`);
    for (const expectation of result.failedExpectations) console.log(`  ${expectation.message}\n${expectation.stack}`);
  }

  suiteDone(result: jasmine.SuiteResult): void {
    this.#countSuiteErrors(result.failedExpectations);
  }

  jasmineDone(result: jasmine.JasmineDoneInfo): void {
    this.#countSuiteErrors(result.failedExpectations);
    if (result.overallStatus === 'incomplete') {
      this.#failed += 1;
      console.log(`incomplete: ${result.incompleteReason ?? 'no reason given'}`);
    }
    console.log(`${this.#passed} passed, ${this.#failed} failed`);
  }

  #countSuiteErrors(errors: readonly jasmine.FailedExpectation[]): void {
    for (const error of errors) {
      this.#failed += 1;
      console.log(`not ok - outside a spec: ${error.message}\n${error.stack}`);
    }
  }
}
