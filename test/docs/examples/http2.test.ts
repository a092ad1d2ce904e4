import { constants, createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../../examples/http2.mjs';
import { TenantSnapshotsClient } from '../../../src/index.js';
import { hexId } from '../../support/atlas-bodies.js';
import { groupId } from '../../support/snapshot-routes.js';
import { listen, makeCertificates } from '../../support/tls.js';
import { runExample } from './support/run-example.js';

const accessToken = 'token';
const snapshotIds = Array.from({ length: 100 }, (_, n) => hexId(n));

/** A request that has no response yet. */
interface HeldRequest {
  readonly stream: ServerHttp2Stream;
  /** Sends a body that is both the snapshot of the path and a list of one snapshot. */
  answer(): void;
}

type Release = (held: readonly HeldRequest[]) => void;

/** Starts an HTTP/2 server that holds the first requests until there are `hold`, and answers all others at once. */
async function startHttp2Server(hold: number, release: Release) {
  const { ca, server: certificate } = await makeCertificates();
  const server = createSecureServer(certificate);
  const held: HeldRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, { ':path': path = '' }) => {
    // A client may give up a request.
    stream.on('error', () => undefined);
    const id = /\w+(?=\?|$)/.exec(path)?.[0];
    const body = { id, status: 'COMPLETED', results: [{ id: snapshotIds[0], status: 'COMPLETED' }], totalCount: 1 };
    const answer = () => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.end(JSON.stringify(body));
    };
    if (held.length === hold) return answer();
    held.push({ stream, answer });
    if (held.length === hold) release(held);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
  });
  return { url: `https://localhost:${port}`, ca, connections: () => sessions.size };
}

const answerAll: Release = (held) => {
  for (const request of held) request.answer();
};

it.each<[ending: string, connections: number, release: Release]>([
  ['answers all', 1, answerAll],
  ['closes the connection', 2, ([first]) => first?.stream.session?.destroy()],
  [
    'answers half of them after a GOAWAY',
    2,
    (held) => {
      held[0]?.stream.session?.goaway(constants.NGHTTP2_NO_ERROR, held[49]?.stream.id);
      answerAll(held.slice(0, 50));
    },
  ],
  [
    'answers half of them and refuses the other streams',
    1,
    (held) => {
      answerAll(held.slice(0, 50));
      for (const { stream } of held.slice(50)) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    },
  ],
])('100 concurrent calls share one connection, and none is lost if the server %s', async (_ending, count, release) => {
  const { url, ca, connections } = await startHttp2Server(100, release);
  const dispatcher = createDispatcher({ ca: ca.cert });
  const client = new TenantSnapshotsClient({ baseUrl: url, credentials: { accessToken }, dispatcher, maxRetries: 0 });
  onTestFinished(() => dispatcher.destroy());
  const calls = snapshotIds.map((id) => client.getTenantSnapshot(groupId, 'Cluster0', id));
  expect((await Promise.all(calls)).map(({ id }) => id)).toEqual(snapshotIds);
  expect(connections()).toBe(count);
});

it('runs from a shell', async () => {
  const clusters = ['Cluster0', 'Cluster1'];
  const { url, ca, connections } = await startHttp2Server(clusters.length, answerAll);
  const environment = {
    MONGODB_ATLAS_BASE_URL: url,
    MONGODB_ATLAS_ACCESS_TOKEN: accessToken,
    NODE_EXTRA_CA_CERTS: ca.certFile,
  };
  const stdout = clusters.map((name) => `${name} ${snapshotIds[0]} COMPLETED\n`).join('');
  const ended = await runExample('http2.mjs', [groupId, ...clusters], environment).ended;
  expect(ended).toMatchObject({ exitCode: 0, stdout });
  expect(connections()).toBe(1);
});
