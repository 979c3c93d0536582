import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { database } from './start/components/database.ts';
import { readSettings } from './start/settings.ts';

/** `npm run recordings -- verify | rewrap`: checks or re-keys the recordings of the running system. */
const root = path.resolve(import.meta.dirname, '..');
const operatorFile = path.join(root, 'config', '.env');
if (existsSync(operatorFile)) process.loadEnvFile(operatorFile);
const settings = readSettings(root, process.env);
const { status } = spawnSync(process.execPath, ['server/src/recordings/maintain.ts', ...process.argv.slice(2)], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    MONGODB_URI: database(settings).uri,
    RECORDINGS_DIR: settings.recordingsDir,
    VAULT_KEY_FILE: settings.vaultKeyFile,
  },
});
process.exit(status ?? 1);
