import assert from 'node:assert/strict';
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { setTimeout as sleep } from 'node:timers/promises';
import { inspect } from 'node:util';

/**
 * What the client does on every runtime. The value of each check runs it in a world of its own: `start()` starts an
 * emulator and opens a client of it.
 *
 * @type {Record<string, (world: ReturnType<typeof openWorld>) => Promise<void>>}
 */
export const checks = {
  async 'logs in with an API key by Digest'({ start }) {
    const { read, log } = await start();
    assertSnapshot(await read());
    await read();
    assert.deepEqual(log(), ['flex undefined 401', 'flex digest 200', 'flex digest 200']);
  },

  async 'logs in with a service account'({ start }) {
    const { read, log } = await start({}, ({ serviceAccount }) => ({ credentials: serviceAccount }));
    assertSnapshot(await read());
    await read();
    assert.deepEqual(log(), ['token basic 200', 'flex bearer 200', 'flex bearer 200']);
  },

  async 'logs in with an access token'({ start }) {
    const { read, log } = await start({}, ({ accessToken }) => ({ credentials: accessToken }));
    assertSnapshot(await read());
    assert.deepEqual(log(), ['flex bearer 200']);
  },

  async 'asks the accessToken function for a new token after a 401'({ start }) {
    const asked = [];
    const { read, log } = await start({}, ({ accessToken: { accessToken: good } }) => ({
      credentials: {
        async accessToken({ refused }) {
          asked.push(refused);
          return refused === undefined ? 'expired' : good;
        },
      },
    }));
    assertSnapshot(await read());
    assert.deepEqual(asked, [undefined, 'expired']);
    assert.deepEqual(log(), ['flex bearer 401', 'flex bearer 200']);
  },

  async 'makes 100 concurrent cold calls with 101 requests'({ start }) {
    const { read, log } = await start();
    const snapshots = await Promise.all(Array.from({ length: 100 }, () => read()));
    snapshots.forEach(assertSnapshot);
    assert.equal(log().length, 101);
  },

  async 'rejects with the 404 of Atlas'({ start, atlas }) {
    const { client, emulator } = await start();
    const error = await rejection(client.getTenantSnapshot(emulator.groupId, 'None', emulator.snapshotId));
    assert.ok(atlas.isAtlasApiError(error, { status: 404, errorCode: 'CLUSTER_NOT_FOUND' }), inspect(error));
    assert.equal(JSON.parse(JSON.stringify(error)).status, 404);
  },

  async 'retries a 503, and a request whose connection was reset'({ start }) {
    const { emulator, read } = await start();
    emulator.respond({ status: 503 });
    emulator.respond({ reset: true });
    const { data, response } = await read().withResponse();
    assertSnapshot(data);
    assert.equal(response.attempts, 3);
  },

  async 'rejects if the body is cut off'({ start, atlas }) {
    const { emulator, read } = await start();
    emulator.respond({ reset: 'body' });
    const error = await rejection(read({ maxRetries: 0 }));
    assert.ok(atlas.isAtlasError(error, 'CONNECTION'), inspect(error));
  },

  async 'ends a call with the reason of its signal'({ start }) {
    const { emulator, read } = await start();
    emulator.respond({ hang: true });
    const reason = new Error('enough');
    const controller = new AbortController();
    const call = read({ signal: controller.signal });
    await until(() => emulator.requests.length === 2);
    controller.abort(reason);
    assert.equal(await rejection(call), reason);
  },

  async 'ends a call at its timeout'({ start, atlas }) {
    const { emulator, read } = await start();
    emulator.respond({ hang: true });
    const error = await rejection(read({ timeout: 100 }));
    assert.ok(atlas.isAtlasError(error, 'TIMEOUT'), inspect(error));
  },

  async 'ends an attempt at attemptTimeout, in the middle of its body'({ start, atlas }) {
    const { emulator, read } = await start();
    await read();
    emulator.respond({ hang: 'body' });
    const error = await rejection(read({ attemptTimeout: 100, maxRetries: 0 }));
    assert.ok(atlas.isAtlasError(error, 'TIMEOUT'), inspect(error));
  },

  async 'lists the snapshots of all pages'({ start }) {
    const { client, emulator, log } = await start();
    const ids = Array.from({ length: 501 }, (_, n) => n.toString(16).padStart(24, '0'));
    emulator.seed({ clusterName: 'Large', snapshots: ids.map((id) => ({ id, status: 'COMPLETED' })) });
    const snapshots = await client.listTenantSnapshots(emulator.groupId, 'Large', { endpoint: 'flex' });
    assert.deepEqual(
      snapshots.map(({ id }) => id),
      ids,
    );
    assert.deepEqual(log(), ['flex undefined 401', 'flex digest 200', 'flex digest 200']);
  },

  async 'gets any path with a schema'({ start, atlas }) {
    const { client, emulator } = await start();
    const { groupId, clusterName, snapshotId } = emulator;
    const path = `/api/atlas/v2/groups/${groupId}/flexClusters/${clusterName}/backup/snapshots/${snapshotId}`;
    assertSnapshot(await client.get(path, { schema: atlas.tenantSnapshotSchema }));
  },

  async 'asks the tenant endpoint if Flex does not have the snapshot'({ start }) {
    const { emulator, read, log } = await start();
    emulator.sunset(false);
    emulator.respond({ status: 404, errorCode: 'CLUSTER_NOT_FOUND', for: 'flex' });
    const { data, response } = await read().withResponse();
    assertSnapshot(data);
    assert.equal(response.endpoint, 'tenant');
    assert.deepEqual(log(), ['flex undefined 401', 'flex digest 404', 'tenant digest 200']);
  },

  async 'sends its requests with a fetch'({ start }) {
    const { read, log } = await start({}, ({ apiKey }) => ({
      credentials: apiKey,
      dispatcher: undefined,
      fetch: globalThis.fetch,
    }));
    assertSnapshot(await read());
    assert.deepEqual(log(), ['flex undefined 401', 'flex digest 200']);
  },

  async 'publishes each call on the tracing channel'({ start }) {
    const { emulator, read } = await start();
    const traces = await collect('tracing:atlas-tenant-snapshots:call:asyncEnd', async () => {
      await read();
      emulator.respond({ status: 403 });
      await rejection(read());
    });
    assert.deepEqual(
      traces.map(({ operation, endpoint, status, attempts, error }) => [
        operation,
        endpoint,
        status,
        attempts,
        error?.name,
      ]),
      [
        ['getTenantSnapshot', 'flex', 200, 1, undefined],
        ['getTenantSnapshot', 'flex', 403, 1, 'AtlasApiError'],
      ],
    );
  },

  async "runs the accessToken function in the caller's async context, on a retry too"({ start }) {
    const user = new AsyncLocalStorage();
    const users = [];
    const { emulator, read } = await start({}, ({ accessToken: { accessToken } }) => ({
      credentials: {
        accessToken() {
          users.push(user.getStore());
          return accessToken;
        },
      },
    }));
    emulator.respond({ status: 503, times: 2 });
    await Promise.all(['Ann', 'Ben'].map((name) => user.run(name, () => read())));
    assert.deepEqual(users.sort(), ['Ann', 'Ann', 'Ben', 'Ben']);
  },

  async 'shows no secret when a client is printed'({ start, atlas }) {
    const { client, emulator, read } = await start();
    await read();
    emulator.respond({ status: 403 });
    const error = await rejection(read());
    const { inspect: print } = globalThis.Bun ?? globalThis.Deno ?? { inspect };
    for (const value of [client, error]) {
      assert.ok(!print(value).includes(emulator.credentials.apiKey.privateKey));
    }
    assert.ok(atlas.isAtlasError(error));
  },

  async 'revokes its token on close, and takes no more calls'({ start, atlas }) {
    const { client, read, log } = await start({}, ({ serviceAccount }) => ({ credentials: serviceAccount }));
    await read();
    await client.close();
    assert.deepEqual(log(), ['token basic 200', 'flex bearer 200', 'revoke basic 200']);
    const error = await rejection(read());
    assert.ok(atlas.isAtlasError(error, 'CLOSED'), inspect(error));
  },
};

/**
 * Runs all checks in turn, and prints a line for each. The exit code is 1 if one fails.
 *
 * @param {typeof import('atlas-tenant-snapshots')} atlas
 * @param {typeof import('atlas-tenant-snapshots/testing')} testing
 * @param {import('atlas-tenant-snapshots').TenantSnapshotsClientOptions} [options] of every client.
 */
export async function runChecks(atlas, testing, options = {}) {
  for (const [name, check] of Object.entries(checks)) {
    const world = openWorld(atlas, testing, options);
    try {
      await check(world);
      console.log(`ok ${name}`);
    } catch (error) {
      console.log(`failed ${name}`, error);
      process.exitCode = 1;
    } finally {
      await world.close();
    }
  }
}

function openWorld(atlas, testing, options) {
  const opened = [];
  /** Starts an emulator and opens a client. `choose` returns client options for the emulator's credentials. */
  async function start(emulatorOptions = {}, choose = ({ apiKey }) => ({ credentials: apiKey })) {
    const emulator = await testing.startAtlasEmulator(emulatorOptions);
    opened.unshift(emulator);
    const { url: baseUrl, credentials, groupId, clusterName, snapshotId } = emulator;
    const client = new atlas.TenantSnapshotsClient({ baseUrl, ...options, ...choose(credentials) });
    opened.unshift(client);
    const read = (callOptions) => client.getTenantSnapshot(groupId, clusterName, snapshotId, callOptions);
    const log = () => emulator.requests.map(({ kind, scheme, status }) => `${kind} ${scheme} ${status}`);
    return { emulator, client, read, log };
  }
  async function close() {
    for (const closable of opened) await closable.close();
  }
  return { atlas, start, close };
}

function assertSnapshot({ status, finishTime }) {
  assert.equal(status, 'COMPLETED');
  assert.ok(finishTime instanceof Date);
}

/** Returns the error that a call rejects with. */
async function rejection(call) {
  try {
    await call;
  } catch (error) {
    return error;
  }
  return assert.fail('The call did not reject');
}

/** Returns copies of the messages on a channel while a function runs. */
async function collect(channel, run) {
  const messages = [];
  const onMessage = (message) => messages.push({ ...message });
  subscribe(channel, onMessage);
  try {
    await run();
  } finally {
    unsubscribe(channel, onMessage);
  }
  return messages;
}

async function until(isTrue) {
  while (!isTrue()) await sleep(1);
}
