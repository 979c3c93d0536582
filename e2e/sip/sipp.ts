import { spawn, type ChildProcess } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const DEFAULT_T1_MS = 500;

/** A file in `scenarios/`, without `.xml`. Those whose names begin with `uac-` call somebody. */
export type SippScenario = `${'uac' | 'uas'}-${string}`;

export interface SippOptions {
  /** Where SIPp sends and receives SIP, host:port. */
  readonly local: string;
  /** Whom it calls, host:port; only for `uac-…`. */
  readonly remote?: string;
  /** UDP when left out. */
  readonly transport?: 'udp' | 'tcp';
  /** Its RTP port, even; one range above it is used, too. */
  readonly mediaPort?: number;
  /** The number it calls. */
  readonly service?: string;
  /** The number it calls from. */
  readonly caller?: string;
  /** What the scenario calls `-d`: mostly how long it rings or keeps the call. */
  readonly pauseMs?: number;
  /** Raw µ-law file at 8 kHz that `uas-speaks` repeats until the call ends. */
  readonly soundFile?: string;
  /** How many calls, one when left out; and how many of them begin in a second, ten when left out. */
  readonly calls?: number;
  readonly callsPerSecond?: number;
  /** At most so many at the same time; SIPp's own choice when left out. */
  readonly simultaneousCalls?: number;
  /** So many of a hundred packets get lost, sent and received ones alike. */
  readonly lostPercent?: number;
  /** RFC 3261 timer T1, 500 when left out. SIPp takes no such option: the scenario is changed. */
  readonly t1Ms?: number;
  /** After this it gives up with an exit code that is not 0. */
  readonly timeoutSeconds?: number;
}

export interface SippStats {
  readonly successful: number;
  readonly failed: number;
  readonly retransmissions: number;
  readonly unexpectedMessages: number;
}

export interface SippResult {
  /** 0 when every call went exactly as the scenario says. */
  readonly exitCode: number | null;
  readonly stats: SippStats;
  /** What SIPp complained about, with the message it did not expect. */
  readonly errors: string;
}

export interface SippRun {
  readonly pid: number;
  readonly finished: Promise<SippResult>;
  /** Ends SIPp before its scenario is over. */
  stop(): void;
}

/** Runs the calls of a scenario to their end. @throws when SIPp cannot be started */
export async function runSipp(scenario: SippScenario, options: SippOptions): Promise<SippResult> {
  return (await startSipp(scenario, options)).finished;
}

/** Starts SIPp; resolves once its SIP port is bound, so that it can be called. @throws when it cannot be started */
export async function startSipp(scenario: SippScenario, options: SippOptions): Promise<SippRun> {
  const folder = await mkdtemp(path.join(tmpdir(), 'sipp-'));
  const files = { stats: path.join(folder, 'stats.csv'), errors: path.join(folder, 'errors.log') };
  // SIPp takes no keyword in the name of a sound file: the scenario names one in the folder it runs in.
  if (options.soundFile !== undefined) await copyFile(options.soundFile, path.join(folder, 'sound.ulaw'));
  const scenarioFile = await writeScenario(scenario, options, folder);
  const child = spawn('sipp', ['-sf', scenarioFile, ...argumentsFor(scenario, options, files)], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let complaint = '';
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString('utf8')));
  const exitCode = exitOf(child);
  const finished = exitCode
    .then(async (code) => ({
      exitCode: code,
      stats: readStats(await readFile(files.stats, 'utf8').catch(() => '')),
      // The file holds all of it; a SIPp that refuses its arguments writes none.
      errors: await readFile(files.errors, 'utf8').catch(() => complaint.replace(/^Resolving remote host .*$/m, '').trim()),
    }))
    .finally(() => rm(folder, { recursive: true, force: true }));
  if (scenario.startsWith('uas-')) await Promise.race([portBound(options), finished]);
  return { pid: child.pid ?? 0, finished, stop: () => void child.kill('SIGTERM') };
}

/** The scenario with the timers of this run: RFC 3261 T1 for what is repeated, 64 T1 of patience where packets get lost. */
async function writeScenario(scenario: SippScenario, options: SippOptions, folder: string): Promise<string> {
  const { t1Ms = DEFAULT_T1_MS, lostPercent = 0 } = options;
  const original = await readFile(path.join(import.meta.dirname, 'scenarios', `${scenario}.xml`), 'utf8');
  const lingerMs = lostPercent > 0 ? 64 * t1Ms : t1Ms;
  const text = original
    .replaceAll('retrans="500"', `retrans="${t1Ms}"`)
    .replaceAll('<timewait milliseconds="500"', `<timewait milliseconds="${lingerMs}"`);
  const file = path.join(folder, `${scenario}.xml`);
  await writeFile(file, text);
  return file;
}

function argumentsFor(scenario: SippScenario, options: SippOptions, files: { stats: string; errors: string }): string[] {
  const { host, port } = splitAddress(options.local);
  const {
    mediaPort = 26_000,
    pauseMs = 1000,
    timeoutSeconds = 60,
    calls = 1,
    callsPerSecond = 10,
    t1Ms = DEFAULT_T1_MS,
  } = options;
  const where = [
    '-i',
    host,
    '-p',
    String(port),
    '-mi',
    host,
    '-mp',
    String(mediaPort),
    '-t',
    options.transport === 'tcp' ? 't1' : 'u1',
  ];
  const how = [
    '-m',
    String(calls),
    '-r',
    String(callsPerSecond),
    '-d',
    String(pauseMs),
    '-timeout',
    `${timeoutSeconds}s`,
    '-timeout_error',
  ];
  // RFC 3261 table 4: an INVITE is sent seven times within 64 T1, another request eleven times, T2 being eight T1.
  const timers = ['-T2', String(8 * t1Ms), '-max_invite_retrans', '6', '-max_non_invite_retrans', '10'];
  const traces = ['-trace_stat', '-stf', files.stats, '-fd', '1', '-trace_err', '-error_file', files.errors];
  return [
    // SIPp's watchdog would write into the errors that the machine is busy.
    ...[...where, ...how, ...timers, ...traces, '-nostdin', '-watchdog_interval', '0'],
    ...(scenario === 'uas-answers' ? ['-rtp_echo'] : []),
    ...(options.simultaneousCalls === undefined ? [] : ['-l', String(options.simultaneousCalls)]),
    ...(options.lostPercent === undefined ? [] : ['-lost', String(options.lostPercent)]),
    ...(options.service === undefined ? [] : ['-s', options.service]),
    ...(options.caller === undefined ? [] : ['-key', 'caller', options.caller]),
    ...(options.remote === undefined || !scenario.startsWith('uac-') ? [] : [options.remote]),
  ];
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code));
  });
}

/** Waits until somebody is bound to the port: asking the port itself would count as an unexpected message. */
async function portBound({ local, transport = 'udp' }: SippOptions): Promise<void> {
  const suffix = `:${splitAddress(local).port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (let waitedMs = 0; waitedMs < 10_000; waitedMs += 20) {
    const sockets = (await readFile(`/proc/net/${transport}`, 'utf8')).split('\n').slice(1);
    if (sockets.some((line) => line.trim().split(/\s+/)[1]?.endsWith(suffix))) return;
    await sleep(20);
  }
  throw new Error('SIPp did not bind its SIP port within 10 s');
}

function splitAddress(address: string): { host: string; port: number } {
  const [host = '', port = ''] = address.split(':');
  return { host, port: Number(port) };
}

/** The last row of SIPp's statistics; (C) marks what is counted over the whole run. */
function readStats(csv: string): SippStats {
  const rows = csv.trim().split('\n');
  const names = rows[0]?.split(';') ?? [];
  const values = rows.length > 1 ? (rows.at(-1)?.split(';') ?? []) : [];
  const count = (name: string): number => Number(values[names.indexOf(name)] ?? 0);
  return {
    successful: count('SuccessfulCall(C)'),
    failed: count('FailedCall(C)'),
    retransmissions: count('Retransmissions(C)'),
    unexpectedMessages: count('FailedUnexpectedMessage(C)') + count('OutOfCallMsgs(C)') + count('DeadCallMsgs(C)'),
  };
}
