import { lookup } from 'node:dns/promises';
import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { TrunkList } from './trunk-settings.ts';
import type { TrunkSettings } from './trunk-settings.ts';

/** Where the trunks are described: a file with a list, or one address without anything else. */
export interface TrunkSource {
  readonly file: string | undefined;
  readonly address: string | undefined;
  readonly peers: readonly string[];
}

/** A trunk and the addresses it may ring from. */
export interface KnownTrunk {
  readonly settings: TrunkSettings;
  readonly peers: readonly string[];
}

/** Reads the trunks. @throws Error that names every problem of the file at once, or a host that has no address */
export async function loadTrunks(source: TrunkSource): Promise<KnownTrunk[]> {
  const list = source.file === undefined ? [single(source)] : await readList(source.file);
  return Promise.all(list.map(async (settings) => ({ settings, peers: await peersOf(settings) })));
}

function single({ address, peers }: TrunkSource): TrunkSettings {
  const [settings] = parse([{ id: 'trunk', address, peers }], 'SIP_TRUNK');
  if (settings === undefined) throw new Error('No trunk is configured');
  return settings;
}

async function readList(file: string): Promise<TrunkSettings[]> {
  const text = await readFile(file, 'utf8').catch(() => {
    throw new Error(`The trunks file ${file} cannot be read`);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`The trunks file ${file} is not JSON`);
  }
  return parse(value, file);
}

function parse(value: unknown, origin: string): TrunkSettings[] {
  const parsed = TrunkList.safeParse(value);
  if (parsed.success) return parsed.data;
  // Values are left out: a password must not reach the log.
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new Error(`The trunks of ${origin} are not configured rightly:\n  ${problems.join('\n  ')}`);
}

async function peersOf({ address, peers }: TrunkSettings): Promise<readonly string[]> {
  if (peers.length > 0) return peers;
  const host = address.slice(0, address.lastIndexOf(':'));
  if (isIP(host) !== 0) return [host];
  return (await lookup(host, { all: true })).map((found) => found.address);
}
