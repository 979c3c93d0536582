/** An expected failure at start: one clear sentence that says what to do. Ends the start with exit code 1 and no stack. */
export class StartFailure extends Error {}
