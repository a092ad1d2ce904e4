import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { temporaryFolder } from './temporary-folder.js';

/** A certificate and its key, as PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

const run = promisify(execFile);
const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '1'];

/** A certificate authority of the test's own, by openssl, and certificates that it has signed. */
export async function makeCertificates(): Promise<{ ca: string; server: Certificate; client: Certificate }> {
  const folder = await temporaryFolder();
  const openssl = (...parameters: string[]) => run('openssl', parameters, { cwd: folder });
  const read = (name: string) => readFile(join(folder, name), 'utf8');
  const make = async (name: string, ...extra: string[]): Promise<Certificate> => {
    const subject = ['-subj', `/CN=${name} of the test`];
    await openssl('req', '-x509', ...newKey, ...subject, '-keyout', `${name}.key`, '-out', `${name}.pem`, ...extra);
    return { cert: await read(`${name}.pem`), key: await read(`${name}.key`) };
  };
  // Without the defaults of the machine's own configuration.
  const configuration = '[req]\ndistinguished_name=name\n[name]\n';
  await writeFile(join(folder, 'plain.cnf'), configuration);
  const plain = ['-config', 'plain.cnf'];
  const { cert: ca } = await make('ca', ...plain, '-addext', 'basicConstraints=critical,CA:TRUE');
  const signed = [...plain, '-CA', 'ca.pem', '-CAkey', 'ca.key'];
  const server = await make('server', ...signed, '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1');
  return { ca, server, client: await make('client', ...signed) };
}
