// `npm run help`: what the scripts do.
import { say } from './bootstrap/say.mjs';

const SCRIPTS = [
  ['npm start', 'install what is missing, build, start everything on this machine, print the address and demo accounts'],
  ['npm start -- --lan', 'the same over HTTPS and WSS for seats on other machines; --lan=ADDRESS chooses the address'],
  ['npm start -- --reset', 'ask, then empty the data and recordings folders, then start'],
  ['npm run ring', 'let a synthetic resident call the centre: npm run ring -- 09000000123 0220001100'],
  [
    'npm run recordings',
    'npm run recordings -- verify finds the first altered recording; -- rewrap puts all under the active master key',
  ],
  ['npm test', 'unit, integration, client and end-to-end tests; npm test -- unit runs one level'],
  ['npm run check', 'format, types, lint, layer rules, unit tests of server and client'],
  ['npm run format', 'write the standard format'],
  ['npm run bench', 'list the benchmarks; npm run bench -- NAME [--quick] runs one'],
  ['npm run screenshots', 'make the pictures of docs/screens from the running product'],
  ['npm run settings', 'write config/.env.example from the settings the code knows'],
];

const width = Math.max(...SCRIPTS.map(([command]) => command.length));
for (const [command, purpose] of SCRIPTS) say(`${command.padEnd(width)}  ${purpose}`);
