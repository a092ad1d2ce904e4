// Apache httpd and lighttpd, with one snapshot as a file at the path of Atlas, which they protect by Digest.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished, vi } from 'vitest';
import { failedSnapshot } from '../../support/atlas-bodies.js';
import { freePort, startProcess } from '../../support/processes.js';
import { tenantPath } from '../../support/snapshot-routes.js';

const realm = 'MMS Public API';

/** The key that the servers accept. */
export const apiKey = { publicKey: 'abcdefgh', privateKey: '0123abcd-4567-89ef-0123-456789abcdef' };

/** One request in the access log: `STATUS|AUTHORIZATION`. */
export interface LoggedRequest {
  readonly status: number;
  readonly authorization: string;
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
 * @param options.nonceLifetime - in seconds. With 0, each nonce is accepted once.
 */
export async function startApache({ nonceLifetime = 300, checkNonceCount = false } = {}): Promise<RunningServer> {
  const site = await writeSite(['md5']);
  const configuration = `
ServerRoot "${site.folder}"
DefaultRuntimeDir "${site.folder}"
PidFile "${site.folder}/apache.pid"
ServerName 127.0.0.1
Listen 127.0.0.1:${site.port}
${apacheModules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
AuthDigestShmemSize 1M
User nobody
Group nogroup
ErrorLog "${site.folder}/error.log"
LogFormat "%>s|%{Authorization}i" authorization
CustomLog "${site.folder}/access.log" authorization
DocumentRoot "${site.documents}"
<Directory "${site.documents}">
  ForceType application/json
  AuthType Digest
  AuthName "${realm}"
  AuthDigestProvider file
  AuthUserFile "${site.keys}"
  AuthDigestNonceLifetime ${nonceLifetime}
  AuthDigestNcCheck ${checkNonceCount ? 'On' : 'Off'}
  Require valid-user
</Directory>
`;
  return start('apache2', ['-DFOREGROUND', '-f'], site, configuration);
}

/** The challenge that lighttpd sends. */
export interface LighttpdDigest {
  /** The value of its option `algorithm`: `MD5`, `SHA-256` or `MD5|SHA-256`. */
  readonly algorithm: string;
  readonly hashes: readonly KeyHash[];
  readonly userhash?: boolean;
}

export async function startLighttpd({ algorithm, hashes, userhash = false }: LighttpdDigest): Promise<RunningServer> {
  const site = await writeSite(hashes);
  const configuration = `
server.document-root = "${site.documents}"
server.bind = "127.0.0.1"
server.port = ${site.port}
server.errorlog = "${site.folder}/error.log"
server.modules = ("mod_auth", "mod_authn_file", "mod_accesslog")
mimetype.assign = ("" => "application/json")
accesslog.filename = "${site.folder}/access.log"
accesslog.format = "%s|%{Authorization}i"
auth.backend = "htdigest"
auth.backend.htdigest.userfile = "${site.keys}"
auth.require = ("" => (
  "method" => "digest",
  "algorithm" => "${algorithm}",
  "realm" => "${realm}",
  "nonce-secret" => "a secret of this test's own",
  "userhash" => "${userhash ? 'enable' : 'disable'}",
  "require" => "valid-user"
))
`;
  return start('lighttpd', ['-D', '-f'], site, configuration);
}

type Site = Awaited<ReturnType<typeof writeSite>>;

/** The hash in the key file, by its name in `node:crypto`. */
type KeyHash = 'md5' | 'sha256';

/** Writes a folder for a server: the snapshot, and a file of keys. */
async function writeSite(hashes: readonly KeyHash[]) {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-server-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  // A server that starts as root switches to another user, who must be able to read it.
  await chmod(folder, 0o755);
  const documents = join(folder, 'documents');
  await mkdir(join(documents, dirname(tenantPath)), { recursive: true });
  await writeFile(join(documents, tenantPath), JSON.stringify(failedSnapshot));
  const keys = join(folder, 'keys');
  await writeFile(keys, hashes.map((hash) => `${keyLine(hash)}\n`).join(''));
  return { folder, documents, keys, port: await freePort() };
}

// user:realm:H(user:realm:password), followed by H(user:realm) for lighttpd.
function keyLine(name: KeyHash): string {
  const hash = (text: string) => createHash(name).update(text).digest('hex');
  const user = `${apiKey.publicKey}:${realm}`;
  return `${user}:${hash(`${user}:${apiKey.privateKey}`)}:${hash(user)}`;
}

/** Starts a server in the foreground and waits until it listens. The last argument is its configuration's path. */
async function start(program: string, args: string[], site: Site, configuration: string): Promise<RunningServer> {
  const { folder, port } = site;
  const file = join(folder, 'server.conf');
  await writeFile(file, configuration);
  // Debian installs servers in /usr/sbin.
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  const { child, ended } = startProcess(program, [...args, file], { env });
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
  await Promise.race([vi.waitUntil(() => isOpen(port), { timeout: 5_000, interval: 25 }), failed]);
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      await end();
      const log = await readFile(join(folder, 'access.log'), 'utf8');
      return log.split('\n').filter(Boolean).map(parse);
    },
  };
}

function parse(line: string): LoggedRequest {
  const [status, authorization = ''] = line.split('|');
  return { status: Number(status), authorization };
}

async function isOpen(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
