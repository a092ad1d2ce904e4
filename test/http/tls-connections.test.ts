import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { AtlasConnectionError } from '../../src/index.js';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { type Certificate, makeCertificates } from '../examples/support/certificates.js';
import { temporaryFolder } from '../examples/support/temporary-folder.js';
import { snapshots } from '../support/atlas-bodies.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { useProcesses } from '../support/processes.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

// The client's own connections trust the test's authority only if their process started with NODE_EXTRA_CA_CERTS.
const runProcess = useProcesses();

/** Puts TLS in front of a server, and counts connections. */
async function openTls(target: string, certificate: Certificate) {
  let connections = 0;
  const server = createServer(certificate, (socket) => {
    connections += 1;
    const inner = connect(Number(new URL(target).port), '127.0.0.1');
    socket.pipe(inner).pipe(socket);
    socket.on('error', () => inner.destroy());
    inner.on('error', () => socket.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  // A TCP server that listens has a port.
  const { port } = server.address() as AddressInfo;
  return { url: `https://localhost:${port}`, connections: () => connections };
}

describe('over TLS, one connection serves', () => {
  it.each<[what: string, login: keyof AtlasEmulator['credentials'], kinds: string[]]>([
    [
      'a cold Digest login, both endpoints and all pages of a list',
      'apiKey',
      ['tenant 401', 'tenant 410', 'flex 200', 'flex 200', 'flex 200'],
    ],
    [
      'a token request and the call that needs it',
      'serviceAccount',
      ['token 200', 'tenant 410', 'flex 200', 'flex 200', 'flex 200'],
    ],
  ])('%s', async (_what, login, kinds) => {
    const { ca, server: certificate } = await makeCertificates();
    const file = join(await temporaryFolder(), 'ca.pem');
    await writeFile(file, ca);
    vi.stubEnv('NODE_EXTRA_CA_CERTS', file);
    for (const name of ['https_proxy', 'HTTPS_PROXY']) vi.stubEnv(name, undefined);
    const emulator = await openEmulator({ seed: { snapshots: snapshots(1_001) } });
    emulator.sunset();
    const tls = await openTls(emulator.url, certificate);
    const options = { baseUrl: tls.url, credentials: emulator.credentials[login] };
    const end = await runProcess(`
      const client = new atlas.TenantSnapshotsClient(${JSON.stringify(options)});
      const list = await client.listTenantSnapshots('${emulator.groupId}', '${emulator.clusterName}');
      print(String(list.length));`);
    expect(end).toMatchObject({ code: 0, output: expect.stringMatching(/^1001$/m) });
    expect(emulator.requests.map(({ kind, status }) => `${kind} ${status}`)).toEqual(kinds);
    expect(tls.connections()).toBe(1);
  });
});

describe('a certificate that the client rejects is reported at once, with what to do:', () => {
  it.each<[name: string, code: string, connectOptions: (ca: string) => object]>([
    ['no authority that it trusts', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', () => ({})],
    ['another host', 'ERR_TLS_CERT_ALTNAME_INVALID', (ca) => ({ ca, servername: 'other.example' })],
  ])('%s', async (_name, code, connectOptions) => {
    const { ca, server: certificate } = await makeCertificates();
    const tls = await openTls('http://127.0.0.1:1', certificate);
    const dispatcher = new Agent({ connect: connectOptions(ca) });
    onTestFinished(() => dispatcher.destroy());
    const client = openClient({ baseUrl: tls.url, dispatcher, endpoint: 'tenant', maxRetries: 3 });
    const error = await rejection(client.getTenantSnapshot(...path), AtlasConnectionError);
    expect(error).toMatchObject({ attempts: 1, cause: { code } });
    expect(error.message).toMatch(/certificate.*NODE_EXTRA_CA_CERTS/);
  });
});
