import { execFile } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { get } from 'node:https';
import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { StartFailure } from './failure.ts';
import type { Settings } from './settings.ts';

const run = promisify(execFile);
/** Browsers refuse certificates of servers that are valid for longer. */
const SERVER_DAYS = 397;
const AUTHORITY_DAYS = 3_650;

export interface Certificates {
  readonly authorityFile: string;
  readonly authorityFingerprint: string;
  readonly certificateFile: string;
  readonly keyFile: string;
  readonly answersHttps: (url: string) => Promise<boolean>;
}

/** The address seats use: the one given with --lan=…, else the first that is not loopback. */
export function findLanAddress(given: string): string {
  const own = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  const addresses = own.filter((entry) => entry.family === 'IPv4' && !entry.internal).map((entry) => entry.address);
  if (given === '') {
    const first = addresses[0];
    if (!first) throw new StartFailure('--lan: this machine has no network address besides loopback.');
    return first;
  }
  if (!isIPv4(given) || !addresses.includes(given)) {
    throw new StartFailure(`--lan=${given}: not an IPv4 address of this machine. It has: ${addresses.join(', ') || 'none'}.`);
  }
  return given;
}

/** A local certificate authority, made once, and a certificate for the LAN address, renewed a month before it expires. */
export async function ensureCertificates(settings: Settings, address: string): Promise<Certificates> {
  const folder = path.join(settings.dataDir, 'tls');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const authority = { cert: path.join(folder, 'kakehashi-ca.crt'), key: path.join(folder, 'kakehashi-ca.key') };
  const server = { cert: path.join(folder, `${address}.crt`), key: path.join(folder, `${address}.key`) };
  if (!existsSync(authority.cert)) await makeAuthority(authority);
  if (!isStillGood(server.cert)) await makeServerCertificate(folder, authority, server, address);
  const authorityPem = readFileSync(authority.cert);
  return {
    authorityFile: authority.cert,
    authorityFingerprint: new X509Certificate(authorityPem).fingerprint256,
    certificateFile: server.cert,
    keyFile: server.key,
    answersHttps: (url) => answersHttps(url, authorityPem),
  };
}

interface Files {
  readonly cert: string;
  readonly key: string;
}

const ELLIPTIC_KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

async function makeAuthority(files: Files): Promise<void> {
  const extensions = [
    '-addext',
    'basicConstraints=critical,CA:TRUE,pathlen:0',
    '-addext',
    'keyUsage=critical,keyCertSign,cRLSign',
  ];
  const subject = ['-subj', '/CN=Kakehashi local authority'];
  await openssl([
    'req',
    '-x509',
    ...ELLIPTIC_KEY,
    '-keyout',
    files.key,
    '-out',
    files.cert,
    '-days',
    String(AUTHORITY_DAYS),
    ...subject,
    ...extensions,
  ]);
}

async function makeServerCertificate(folder: string, authority: Files, server: Files, address: string): Promise<void> {
  const request = path.join(folder, 'request.csr');
  const extensions = path.join(folder, 'extensions.cnf');
  writeFileSync(extensions, `subjectAltName=IP:${address}\nextendedKeyUsage=serverAuth\nbasicConstraints=CA:FALSE\n`);
  await openssl(['req', '-new', ...ELLIPTIC_KEY, '-keyout', server.key, '-out', request, '-subj', `/CN=${address}`]);
  const signing = [
    '-CA',
    authority.cert,
    '-CAkey',
    authority.key,
    '-CAcreateserial',
    '-days',
    String(SERVER_DAYS),
    '-extfile',
    extensions,
  ];
  await openssl(['x509', '-req', '-in', request, '-out', server.cert, ...signing]);
}

async function openssl(args: string[]): Promise<void> {
  try {
    await run('openssl', args);
  } catch (error) {
    throw new StartFailure(
      `openssl could not make the certificates for --lan: ${(error as { stderr?: string }).stderr?.trim() ?? 'unknown error'}`,
    );
  }
}

function isStillGood(file: string): boolean {
  if (!existsSync(file)) return false;
  const MONTH_MS = 30 * 24 * 3_600_000;
  return new X509Certificate(readFileSync(file)).validToDate.getTime() - Date.now() > MONTH_MS;
}

function answersHttps(url: string, authority: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    const request = get(url, { ca: authority, timeout: 1_500 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.once('timeout', () => request.destroy());
    request.once('error', () => resolve(false));
  });
}
