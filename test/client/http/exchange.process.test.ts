import { describe, expect, it, vi } from 'vitest';
import { AtlasConnectionError } from '../../../src/client/index.js';
import type { AtlasEmulator } from '../../../src/testing/index.js';
import { snapshots } from '../../support/atlas-bodies.js';
import { openAgent, openClient } from '../../support/open-client.js';
import { openEmulator } from '../../support/open-emulator.js';
import { runCode } from '../../support/processes.js';
import { rejection } from '../../support/rejection.js';
import { path } from '../../support/snapshot-routes.js';
import { makeCertificates, openTlsFront } from '../../support/tls.js';

// The client's own connections trust the test's authority only if their process started with NODE_EXTRA_CA_CERTS.
describe('over TLS, one connection serves', () => {
  it.each<[what: string, login: keyof AtlasEmulator['credentials'], kinds: string[]]>([
    ['a cold Digest login and all pages of a list', 'apiKey', ['flex 401', 'flex 200', 'flex 200', 'flex 200']],
    ['a token request and the call that needs it', 'serviceAccount', ['token 200', 'flex 200', 'flex 200', 'flex 200']],
  ])('%s', async (_what, login, kinds) => {
    const { ca, server } = await makeCertificates();
    vi.stubEnv('NODE_EXTRA_CA_CERTS', ca.certFile);
    for (const name of ['https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, undefined);
    const emulator = await openEmulator({ seed: { snapshots: snapshots(1_001) } });
    const front = await openTlsFront(emulator.url, server);
    const options = { baseUrl: front.url, credentials: emulator.credentials[login] };
    const end = await runCode(`
      const client = new atlas.TenantSnapshotsClient(${JSON.stringify(options)});
      const list = await client.listTenantSnapshots('${emulator.groupId}', '${emulator.clusterName}');
      print(String(list.length));`);
    expect(end).toMatchObject({ exitCode: 0, stdout: '1001\n' });
    expect(emulator.requests.map(({ kind, status }) => `${kind} ${status}`)).toEqual(kinds);
    expect(front.clients).toHaveLength(1);
  });
});

describe('a certificate that the client rejects is reported at once, with what to do:', () => {
  it.each<[name: string, code: string, connectOptions: (ca: string) => object]>([
    ['no authority that it trusts', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', () => ({})],
    ['another host', 'ERR_TLS_CERT_ALTNAME_INVALID', (ca) => ({ ca, servername: 'other.example' })],
  ])('%s', async (_name, code, connectOptions) => {
    const { ca, server } = await makeCertificates();
    const front = await openTlsFront('http://127.0.0.1:1', server);
    const dispatcher = openAgent({ connect: connectOptions(ca.cert) });
    const client = openClient({ baseUrl: front.url, dispatcher, endpoint: 'tenant', maxRetries: 3 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasConnectionError);
    expect(error).toMatchObject({ attempts: 1, cause: { code } });
    expect(error.message).toMatch(/certificate.*NODE_EXTRA_CA_CERTS/);
  });
});
