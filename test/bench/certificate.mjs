import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Makes a self-signed certificate for localhost with openssl, valid for a day. */
export function makeCertificate() {
  const folder = mkdtempSync(join(tmpdir(), 'atlas-tenant-snapshots-bench-'));
  const certFile = join(folder, 'cert.pem');
  const keyFile = join(folder, 'key.pem');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', keyFile];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', ...key, ...subject, '-days', '1', '-out', certFile], { stdio: 'ignore' });
  return { certFile, keyFile, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
