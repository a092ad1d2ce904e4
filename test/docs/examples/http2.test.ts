import {
  constants,
  createSecureServer,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../../examples/http2.mjs';
import { TenantSnapshotsClient } from '../../../src/index.js';
import { hexId } from '../../support/atlas-bodies.js';
import { groupId } from '../../support/snapshot-routes.js';
import { listen, makeCertificates } from '../../support/tls.js';
import { runExample } from './support/run-example.js';

const accessToken = 'token';
const calls = 100;
const snapshotIds = Array.from({ length: calls }, (_, n) => hexId(n));

/** A request that has no response yet. */
interface HeldRequest {
  readonly stream: ServerHttp2Stream;
  /** Sends the snapshot that the path names, or a list of one snapshot, or a 401 if the bearer token is wrong. */
  answer(): void;
}

/** What to do with the held requests. */
type Release = (held: readonly HeldRequest[]) => void;

const answerAll: Release = (held) => {
  for (const request of held) request.answer();
};

/** Starts an HTTP/2 server that holds the first requests until there are `hold`, and answers all others at once. */
async function startHttp2Server(hold: number, release: Release) {
  const { ca, server: certificate } = await makeCertificates();
  const server = createSecureServer(certificate);
  const held: HeldRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, headers) => {
    // A client may give up a request.
    stream.on('error', () => undefined);
    const request = { stream, answer: () => answer(stream, headers) };
    if (held.length === hold) return request.answer();
    held.push(request);
    if (held.length === hold) release(held);
  });
  const port = await listen(server);
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
  });
  return { url: `https://localhost:${port}`, ca, connections: () => sessions.size };
}

function answer(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
  const isAllowed = headers.authorization === `Bearer ${accessToken}`;
  stream.respond({ ':status': isAllowed ? 200 : 401, 'content-type': 'application/json' });
  stream.end(JSON.stringify(isAllowed ? bodyAt(headers[':path'] ?? '') : {}));
}

function bodyAt(path: string): object {
  const name = /[^/?]*(?=\?|$)/.exec(path)?.[0];
  if (name !== 'snapshots') return { id: name, status: 'COMPLETED' };
  return { results: [{ id: '0'.repeat(24), status: 'COMPLETED' }], totalCount: 1 };
}

/** A client of a server that holds the first 100 requests until all of them have arrived. */
async function openHttp2(release: Release) {
  const { url: baseUrl, ca, connections } = await startHttp2Server(calls, release);
  const dispatcher = createDispatcher({ ca: ca.cert });
  const client = new TenantSnapshotsClient({ baseUrl, credentials: { accessToken }, dispatcher, maxRetries: 0 });
  onTestFinished(async () => {
    await client.close();
    await dispatcher.destroy();
  });
  const readAll = async () => {
    const snapshots = snapshotIds.map((id) => client.getTenantSnapshot(groupId, 'Cluster0', id));
    return (await Promise.all(snapshots)).map(({ id }) => id);
  };
  return { readAll, connections };
}

it('makes 100 concurrent calls over one HTTP/2 connection', async () => {
  const { readAll, connections } = await openHttp2(answerAll);
  expect(await readAll()).toEqual(snapshotIds);
  expect(connections()).toBe(1);
});

const firstHalf = (held: readonly HeldRequest[]) => held.slice(0, calls / 2);
const secondHalf = (held: readonly HeldRequest[]) => held.slice(calls / 2);

/** How a server stops using a connection on which 100 requests wait for a response. */
const endings: [name: string, release: Release][] = [
  [
    'a GOAWAY after which it answers every request',
    (held) => {
      held[0]?.stream.session?.close();
      answerAll(held);
    },
  ],
  [
    'a GOAWAY after which it answers only the first half',
    (held) => {
      held[0]?.stream.session?.goaway(constants.NGHTTP2_NO_ERROR, firstHalf(held).at(-1)?.stream.id);
      answerAll(firstHalf(held));
    },
  ],
  [
    'a GOAWAY and closes the connection at once',
    (held) => {
      held[0]?.stream.session?.goaway(constants.NGHTTP2_NO_ERROR, 0);
      setImmediate(() => held[0]?.stream.session?.destroy());
    },
  ],
  ['no GOAWAY and closes the connection', (held) => held[0]?.stream.session?.destroy()],
  [
    'REFUSED_STREAM for half of the requests',
    (held) => {
      answerAll(firstHalf(held));
      for (const { stream } of secondHalf(held)) stream.close(constants.NGHTTP2_REFUSED_STREAM);
    },
  ],
];

it.each(endings)('loses no call if the server sends %s', async (_name, release) => {
  const { readAll } = await openHttp2(release);
  expect(await readAll()).toEqual(snapshotIds);
  // The next calls find a connection that works.
  expect(await readAll()).toEqual(snapshotIds);
});

it('runs from a shell', { timeout: 20_000 }, async () => {
  const clusters = ['Cluster0', 'Cluster1'];
  const { url, ca, connections } = await startHttp2Server(clusters.length, answerAll);
  const environment = {
    MONGODB_ATLAS_BASE_URL: url,
    MONGODB_ATLAS_ACCESS_TOKEN: accessToken,
    NODE_EXTRA_CA_CERTS: ca.certFile,
  };
  const stdout = clusters.map((name) => `${name} ${snapshotIds[0]} COMPLETED\n`).join('');
  const ended = await runExample(['http2.mjs', groupId, ...clusters], environment).ended;
  expect(ended).toMatchObject({ exitCode: 0, stdout });
  expect(connections()).toBe(1);
});
