import { ConfigError, loadSeedConfig } from '../config.ts';
import { connectMongo } from '../platform/database/mongo.ts';
import { describeError } from '../platform/errors.ts';
import { createLogger } from '../platform/logging/logger.ts';
import { openStores } from '../stores.ts';
import { seedDemo } from './seed-demo.ts';

/** `node server/src/demo/seed.ts`: fills an empty database with the demonstration's people and says so in one line. */
async function main(): Promise<void> {
  const config = loadSeedConfig(process.env);
  const connection = await connectMongo(config.MONGODB_URI, createLogger('warn'));
  try {
    const written = await seedDemo(await openStores(connection), { password: config.DEMO_PASSWORD, now: new Date() });
    process.stdout.write(written === 0 ? 'demo data: already there\n' : `demo data: ${written} synthetic residents written\n`);
  } finally {
    await connection.close();
  }
}

main().catch((error: unknown) => {
  const reason = error instanceof ConfigError ? error.message : JSON.stringify(describeError(error));
  process.stderr.write(`demo data: ${reason}\n`);
  process.exit(1);
});
