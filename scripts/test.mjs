// `npm test`: from a fresh clone to one line `N passed, N failed` over unit, integration, browser and end-to-end tests.
import process from 'node:process';
import { bootstrap } from './bootstrap/bootstrap.mjs';
import { TO_TEST } from './bootstrap/debian-packages.mjs';
import { runScript } from './bootstrap/say.mjs';

await runScript(() => bootstrap(TO_TEST, 'scripts/test/main.ts', process.argv.slice(2)));
