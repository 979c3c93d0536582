import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Names of the settings that config/.env gives a value. The values themselves are read later, by Node 24; here it is enough to know
 * which servers are configured elsewhere and need no Debian package (Node 18 cannot read such files by itself).
 */
export function settingsInOperatorFile(root) {
  const file = path.join(root, 'config', '.env');
  if (!existsSync(file)) return new Set();
  const lines = readFileSync(file, 'utf8').split('\n');
  return new Set(lines.flatMap((line) => /^\s*(?:export\s+)?(\w+)\s*=\s*\S/.exec(line)?.[1] ?? []));
}
