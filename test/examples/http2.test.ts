import { writeFile } from 'node:fs/promises';
import { constants } from 'node:http2';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { createDispatcher } from '../../examples/http2.mjs';
import { TenantSnapshotsClient } from '../../src/index.js';
import { type HeldRequest, startHttp2Server } from './support/http2-server.js';
import { runExample } from './support/run-example.js';
import { temporaryFolder } from './support/temporary-folder.js';

const groupId = '5e2211c17a3e5a48f5497de3';
const accessToken = 'token';
const calls = 100;
const snapshotIds = Array.from({ length: calls }, (_, n) => n.toString(16).padStart(24, '0'));

const answerAll = (held: readonly HeldRequest[]) => {
  for (const request of held) request.answer();
};

/** A client of a server that holds the first 100 requests until all of them have arrived. */
async function openHttp2(release: (held: readonly HeldRequest[]) => void) {
  const { url: baseUrl, ca, connections } = await startHttp2Server({ accessToken, hold: calls, release });
  const dispatcher = createDispatcher({ ca });
  const client = new TenantSnapshotsClient({ baseUrl, credentials: { accessToken }, dispatcher, maxRetries: 0 });
  onTestFinished(async () => {
    await client.close();
    await dispatcher.destroy();
  });
  const readAll = () => Promise.all(snapshotIds.map((id) => client.getTenantSnapshot(groupId, 'Cluster0', id)));
  return { readAll, connections };
}

it('makes 100 concurrent calls over one HTTP/2 connection', async () => {
  const { readAll, connections } = await openHttp2(answerAll);
  const snapshots = await readAll();
  expect(snapshots.map(({ id }) => id)).toEqual(snapshotIds);
  expect(connections()).toBe(1);
});

const firstHalf = (held: readonly HeldRequest[]) => held.slice(0, calls / 2);
const secondHalf = (held: readonly HeldRequest[]) => held.slice(calls / 2);

/** How a server stops using a connection on which 100 requests wait for a response. */
const endings: [name: string, release: (held: readonly HeldRequest[]) => void][] = [
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
  expect((await readAll()).map(({ id }) => id)).toEqual(snapshotIds);
  // The next calls find a connection that works.
  expect((await readAll()).map(({ id }) => id)).toEqual(snapshotIds);
});

it('runs from a shell', { timeout: 20_000 }, async () => {
  const clusters = ['Cluster0', 'Cluster1'];
  const { url, ca, connections } = await startHttp2Server({ accessToken, hold: clusters.length, release: answerAll });
  const file = join(await temporaryFolder(), 'ca.pem');
  await writeFile(file, ca);
  const environment = {
    MONGODB_ATLAS_BASE_URL: url,
    MONGODB_ATLAS_ACCESS_TOKEN: accessToken,
    NODE_EXTRA_CA_CERTS: file,
  };
  const { exit, output } = runExample(['http2.mjs', groupId, ...clusters], environment);
  expect(await exit, output.stderr).toBe(0);
  expect(output.stdout).toBe(clusters.map((name) => `${name} ${snapshotIds[0]} COMPLETED\n`).join(''));
  expect(connections()).toBe(1);
});
