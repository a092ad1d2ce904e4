import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { type RunningServer, start } from './server.js';
import { type KeyHash, realm, writeSite } from './site.js';

/** The challenge that lighttpd sends. */
export interface LighttpdDigest {
  /** The value of its option `algorithm`: `MD5`, `SHA-256` or `MD5|SHA-256`. */
  readonly algorithm: string;
  readonly hashes: readonly KeyHash[];
  readonly userhash?: boolean;
}

export async function startLighttpd({ algorithm, hashes, userhash = false }: LighttpdDigest): Promise<RunningServer> {
  const site = await writeSite(hashes);
  const port = await freePort();
  const file = join(site.folder, 'lighttpd.conf');
  await writeFile(
    file,
    `
server.document-root = "${site.documents}"
server.bind = "127.0.0.1"
server.port = ${port}
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
`,
  );
  return start('lighttpd', ['-D', '-f', file], port, site);
}
