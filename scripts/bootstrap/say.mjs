import process from 'node:process';

/** An expected failure: one clear sentence for the person at the terminal, no stack. */
export class PlainFailure extends Error {}

/** Prints one line of progress. */
export function say(line) {
  process.stdout.write(`${line}\n`);
}

/** Runs the work of a script; a PlainFailure becomes one sentence and exit code 1, anything else keeps its stack. */
export async function runScript(work) {
  try {
    await work();
  } catch (error) {
    process.stderr.write(`${error instanceof PlainFailure ? error.message : error.stack}\n`);
    process.exitCode = 1;
  }
}
