// Apache httpd and lighttpd, with one snapshot as a file at the path of Atlas, which they protect by Digest.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { failedSnapshot } from '../../support/atlas-bodies.js';
import { paramsOf } from '../../support/digest-login.js';
import { freePort, startProcess } from '../../support/processes.js';
import { tenantPath } from '../../support/snapshot-routes.js';

const realm = 'MMS Public API';

/** The key that the servers accept. */
export const apiKey = { publicKey: 'abcdefgh', privateKey: '0123abcd-4567-89ef-0123-456789abcdef' };

/** One request in the access log: `STATUS|AUTHORIZATION`. */
export interface LoggedRequest {
  readonly status: number;
  /** The parameters of `Authorization`. */
  readonly login: Readonly<Record<string, string>>;
}

/** A server that runs until it is stopped, or the test ends. */
export interface RunningServer {
  readonly url: string;
  /** Stops it. Returns its log. */
  stop(): Promise<LoggedRequest[]>;
}

const apacheModules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_digest'];

/**
 * Apache httpd, which offers MD5.
 *
 * @param options.nonceLifetime - in seconds.
 */
export function startApache({ nonceLifetime = 300 } = {}): Promise<RunningServer> {
  const configure = (folder: string, port: number) => `
ServerRoot "${folder}"
DefaultRuntimeDir "${folder}"
PidFile "${folder}/apache.pid"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
${apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
AuthDigestShmemSize 1M
User nobody
Group nogroup
ErrorLog "${folder}/error.log"
LogFormat "%>s|%{Authorization}i" authorization
CustomLog "${folder}/access.log" authorization
DocumentRoot "${folder}/documents"
<Directory "${folder}/documents">
  ForceType application/json
  AuthType Digest
  AuthName "${realm}"
  AuthDigestProvider file
  AuthUserFile "${folder}/keys"
  AuthDigestNonceLifetime ${nonceLifetime}
  AuthDigestNcCheck Off
  Require valid-user
</Directory>
`;
  return start('apache2', ['-DFOREGROUND', '-f'], configure);
}

/** lighttpd, which offers SHA-256, and to hash the user name. */
export function startLighttpd(): Promise<RunningServer> {
  const configure = (folder: string, port: number) => `
server.document-root = "${folder}/documents"
server.bind = "127.0.0.1"
server.port = ${port}
server.errorlog = "${folder}/error.log"
server.modules = ("mod_auth", "mod_authn_file", "mod_accesslog")
mimetype.assign = ("" => "application/json")
accesslog.filename = "${folder}/access.log"
accesslog.format = "%s|%{Authorization}i"
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "${folder}/keys"
auth.require = ("" => (
  "method" => "digest",
  "algorithm" => "SHA-256",
  "realm" => "${realm}",
  "nonce-secret" => "a secret of this test's own",
  "userhash" => "enable",
  "require" => "valid-user"
))
`;
  return start('lighttpd', ['-D', '-f'], configure);
}

/** Starts a server in the foreground and waits until it listens. The last argument is its configuration's path. */
async function start(
  program: string,
  args: string[],
  configure: (folder: string, port: number) => string,
): Promise<RunningServer> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-server-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // A server that starts as root switches to another user, who must be able to read it.
  await chmod(folder, 0o755);
  const document = join(folder, 'documents', tenantPath);
  await mkdir(dirname(document), { recursive: true });
  await writeFile(document, JSON.stringify(failedSnapshot));
  await writeFile(join(folder, 'keys'), keyLine('md5') + keyLine('sha256'));
  const port = await freePort();
  const configuration = join(folder, 'server.conf');
  await writeFile(configuration, configure(folder, port));
  // Debian installs servers in /usr/sbin.
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  const { child, ended } = startProcess(program, [...args, configuration], { env });
  // Before the kill that follows the test: a killed Apache httpd would leave its children.
  const end = async () => {
    child.kill();
    await ended;
  };
  onTestFinished(end);
  const failed = ended.then(({ stdout, stderr }) => {
    throw new Error(`${program} does not start: ${stdout}${stderr}`);
  });
  failed.catch(() => undefined);
  await Promise.race([vi.waitUntil(() => isOpen(port), { timeout: 15_000, interval: 25 }), failed]);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await end();
      const log = await readFile(join(folder, 'access.log'), 'utf8');
      return log.split('\n').filter(Boolean).map(parse);
    },
  };
}

// user:realm:H(user:realm:password), followed by H(user:realm) for lighttpd.
function keyLine(hashName: string): string {
  const hash = (text: string) => createHash(hashName).update(text).digest('hex');
  const user = `${apiKey.publicKey}:${realm}`;
  return `${user}:${hash(`${user}:${apiKey.privateKey}`)}:${hash(user)}\n`;
}

/** Parses a line of a log, in which quotes are escaped. */
function parse(line: string): LoggedRequest {
  const [status, authorization] = line.replaceAll('\\"', '"').split('|');
  return { status: Number(status), login: paramsOf(authorization) };
}

function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = once(socket, 'connect').then(
    () => true,
    () => false,
  );
  return connected.finally(() => socket.destroy());
}
