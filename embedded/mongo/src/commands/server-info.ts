import { arch, cpus, hostname, release, totalmem, type } from 'node:os';
import { Long } from 'bson';
import { databaseOf } from '../execution/read-request.ts';
import { CommandError } from '../command-error.ts';
import { SERVER_VERSION } from './server-version.ts';
import type { Command, CommandContext } from './command.ts';
import type { Reply } from '../wire/reply.ts';

const BYTES_PER_MEBIBYTE = 1024 * 1024;

/** What this process truly knows of itself; counters it does not keep are absent. */
function serverStatus({ address, now }: CommandContext): Reply {
  const uptimeSeconds = process.uptime();
  return {
    host: address,
    version: SERVER_VERSION.slice(0, 3).join('.'),
    process: 'kakehashi-embedded',
    pid: Long.fromNumber(process.pid),
    uptime: Math.floor(uptimeSeconds),
    uptimeMillis: Long.fromNumber(Math.floor(uptimeSeconds * 1000)),
    localTime: now,
    mem: { bits: 64, resident: Math.floor(process.memoryUsage.rss() / BYTES_PER_MEBIBYTE), supported: true },
    storageEngine: { name: 'sqlite', supportsCommittedReads: true, persistent: true },
  };
}

function hostInfo({ now }: CommandContext): Reply {
  return {
    system: {
      currentTime: now,
      hostname: hostname(),
      cpuAddrSize: 64,
      memSizeMB: Long.fromNumber(Math.floor(totalmem() / BYTES_PER_MEBIBYTE)),
      numCores: cpus().length,
      cpuArch: arch(),
    },
    os: { type: type(), version: release() },
  };
}

const infoCommand = (name: string, run: (context: CommandContext) => Reply, fields: readonly string[] = []): Command => ({
  name,
  fields,
  kind: 'server',
  isAllowedInTransaction: false,
  run,
});

/** Server commands MongoDB allows against `admin` only. */
const adminOnly =
  (name: string, run: (context: CommandContext) => Reply) =>
  (context: CommandContext): Reply => {
    if (databaseOf(context.body) !== 'admin') throw new CommandError(13, `${name} may only be run against the admin database.`);
    return run(context);
  };

export const serverInfoCommands: readonly Command[] = [
  infoCommand('serverStatus', serverStatus, ['metrics', 'repl', 'locks', 'mirroredReads', 'latchAnalysis', 'opLatencies']),
  infoCommand('hostInfo', hostInfo),
  infoCommand(
    'getCmdLineOpts',
    adminOnly('getCmdLineOpts', () => ({ argv: process.argv.slice(1), parsed: {} })),
  ),
];
