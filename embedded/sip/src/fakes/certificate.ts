import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Buffer } from 'node:buffer';

/** A certificate that vouches for itself, good for a day; `ca` is what a peer must be given to trust it. */
export function makeCertificate(names = 'IP:127.0.0.1,IP:::1,DNS:localhost'): { cert: Buffer; key: Buffer; ca: Buffer } {
  const folder = mkdtempSync(join(tmpdir(), 'sip-certificate-'));
  try {
    const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
    const subject = ['-subj', '/CN=sip.test', '-days', '1', '-addext', `subjectAltName=${names}`];
    execFileSync('openssl', ['req', '-x509', ...kind, '-keyout', keyFile, '-out', certFile, ...subject], { stdio: 'ignore' });
    const cert = readFileSync(certFile);
    return { cert, key: readFileSync(keyFile), ca: cert };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
