import { constants, createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../../examples/http2.mjs';
import { TenantSnapshotsClient } from '../../../src/client/index.js';
import { hexId } from '../../support/atlas-bodies.js';
import { groupId } from '../../support/snapshot-routes.js';
import { listen, makeCertificates } from '../../support/tls.js';

const snapshotIds = Array.from({ length: 100 }, (_, n) => hexId(n));

/** A request that has no response yet. */
interface HeldRequest {
  readonly stream: ServerHttp2Stream;
  answer(): void;
}

type Release = (held: readonly HeldRequest[]) => void;

/** Starts an HTTP/2 server that holds the first 100 requests, lets `release` end them, and answers all others at once. */
async function startHttp2Server(release: Release) {
  const { ca, server: certificate } = await makeCertificates();
  const server = createSecureServer(certificate);
  const held: HeldRequest[] = [];
  const sessions = new Set<ServerHttp2Session>();
  server.on('session', (session) => sessions.add(session));
  server.on('stream', (stream, { ':path': path = '' }) => {
    // A client may give up a request.
    stream.on('error', () => undefined);
    const answer = () => {
      stream.respond({ ':status': 200, 'content-type': 'application/json' });
      stream.end(JSON.stringify({ id: path.slice(-24), status: 'COMPLETED' }));
    };
    if (held.length === 100) return answer();
    held.push({ stream, answer });
    if (held.length === 100) release(held);
  });
  const url = `https://localhost:${await listen(server)}`;
  onTestFinished(() => {
    for (const session of sessions) session.destroy();
  });
  return { url, ca, sessions };
}

const answerAll: Release = (held) => {
  for (const request of held) request.answer();
};

it.each<[ending: string, connections: number, release: Release]>([
  ['answers all', 1, answerAll],
  [
    'answers half of them after a GOAWAY',
    2,
    (held) => {
      held[0]?.stream.session?.goaway(constants.NGHTTP2_NO_ERROR, held[49]?.stream.id);
      answerAll(held.slice(0, 50));
    },
  ],
])('100 concurrent calls share one connection, and none is lost if the server %s', async (_ending, count, release) => {
  const { url, ca, sessions } = await startHttp2Server(release);
  const dispatcher = createDispatcher({ ca: ca.cert });
  const credentials = { accessToken: 'token' };
  const client = new TenantSnapshotsClient({ baseUrl: url, credentials, dispatcher, maxRetries: 0 });
  onTestFinished(() => dispatcher.destroy());
  const calls = snapshotIds.map((id) => client.getTenantSnapshot(groupId, 'Cluster0', id));
  expect((await Promise.all(calls)).map(({ id }) => id)).toEqual(snapshotIds);
  expect(sessions.size).toBe(count);
});
