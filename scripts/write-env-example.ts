// `npm run settings`: writes config/.env.example from the schema, so that the file cannot drift from the code.
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describeSettings } from './start/describe-settings.ts';

writeFileSync(path.resolve(import.meta.dirname, '../config/.env.example'), describeSettings());
