// `npm start`: from a fresh clone to a running call centre. Node 18 or later.
import process from 'node:process';
import { bootstrap } from './bootstrap/bootstrap.mjs';
import { TO_START } from './bootstrap/debian-packages.mjs';
import { runScript } from './bootstrap/say.mjs';

await runScript(() => bootstrap(TO_START, 'scripts/start/main.ts', process.argv.slice(2)));
