// Loaded into the measured server (`node --expose-gc --import …`), so that the benchmark can tell garbage from what is held:
// on SIGUSR2 it collects all garbage and writes what is left to the file that MEMORY_FILE names.
import { renameSync, writeFileSync } from 'node:fs';
import { env, memoryUsage } from 'node:process';

const file = env['MEMORY_FILE'] ?? '';

process.on('SIGUSR2', () => {
  // The last resort also gives empty pages back to the system.
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  writeFileSync(`${file}.new`, JSON.stringify(memoryUsage()));
  renameSync(`${file}.new`, file);
});
