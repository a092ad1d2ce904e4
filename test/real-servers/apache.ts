import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { freePort } from '../support/free-port.js';
import { type RunningServer, start } from './server.js';
import { realm, writeSite } from './site.js';

const modules = ['mpm_event', 'authn_core', 'authn_file', 'authz_core', 'authz_user', 'auth_digest'];

/** How Apache httpd checks a nonce. */
export interface ApacheDigest {
  /** In seconds. With 0, each nonce is accepted once. */
  readonly nonceLifetime?: number;
  readonly checkNonceCount?: boolean;
}

export async function startApache({
  nonceLifetime = 300,
  checkNonceCount = false,
}: ApacheDigest = {}): Promise<RunningServer> {
  const site = await writeSite(['md5']);
  const port = await freePort();
  const file = join(site.folder, 'apache.conf');
  await writeFile(
    file,
    `
ServerRoot "${site.folder}"
DefaultRuntimeDir "${site.folder}"
PidFile "${site.folder}/apache.pid"
ServerName 127.0.0.1
Listen 127.0.0.1:${port}
${modules.map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`).join('\n')}
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
`,
  );
  return start('apache2', ['-f', file, '-DFOREGROUND'], port, site);
}
