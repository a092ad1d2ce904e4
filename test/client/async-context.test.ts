import { AsyncLocalStorage } from 'node:async_hooks';
import { channel } from 'node:diagnostics_channel';
import { beforeEach, expect, it, onTestFinished, vi } from 'vitest';
import * as z from 'zod';
import { hexId } from '../support/atlas-bodies.js';
import { runClock, stopClock } from '../support/clock.js';
import { openBareClient } from '../support/open-client.js';
import { type RawServer, startRawServer } from '../support/raw-server.js';
import { good, reset, type Script, sendChallenge, sendRefusal, sendToken } from '../support/raw-steps.js';
import { listPath } from '../support/snapshot-routes.js';

// Timers are advanced outside of any user's context, so the test detects code that runs in the context of its timer.
beforeEach(stopClock);

/** The user of the current context. */
const user = new AsyncLocalStorage<string>();
const users = ['Ann', 'Bob', 'Cem', 'Dee', 'Eve'];

/** Runs a task for all users at once, each in the user's context. */
function forEachUser<T>(task: (snapshotId: string, name: string) => Promise<T>): Promise<T[]> {
  return Promise.all(users.map((name, index) => user.run(name, () => task(hexId(index + 1), name))));
}

/** A server with these responses to the first requests for each snapshot. Later ones get the snapshot. */
async function startFlakyServer(...first: Script[]): Promise<RawServer> {
  const seen = new Map<string, number>();
  return startRawServer(({ target }) => {
    const count = seen.get(target) ?? 0;
    seen.set(target, count + 1);
    return first[count] ?? good;
  });
}

/** Calls a function for each request that undici creates, when OpenTelemetry opens a span for it. */
function onRequest(note: (path: string) => unknown): void {
  // The messages of a channel are untyped.
  const listener = (message: unknown) => note((message as { request: { path: string } }).request.path);
  channel('undici:request:create').subscribe(listener);
  onTestFinished(() => void channel('undici:request:create').unsubscribe(listener));
}

it('calls accessToken in the context of its caller for every request', async () => {
  const server = await startFlakyServer(sendRefusal(503), sendRefusal(401), sendRefusal(503), [reset]);
  const accessToken = vi.fn(async () => user.getStore() ?? 'nobody');
  const client = openBareClient(server, { credentials: { accessToken }, maxRetries: 3 });
  await runClock(forEachUser((snapshotId) => client.getTenantSnapshot(...listPath, snapshotId)));
  const senders = users.map((_name, index) =>
    server.requests
      .filter(({ target }) => target.endsWith(hexId(index + 1)))
      .map(({ authorization }) => authorization?.replace('Bearer ', '')),
  );
  expect(senders).toEqual(users.map((name) => [name, name, name, name, name]));
  expect(accessToken).toHaveBeenCalledTimes(server.requests.length);
});

const serviceAccount = { clientId: 'id', clientSecret: 'secret' };

it('fetches a shared token in the context of the constructor', async () => {
  const server = await startRawServer(({ target }) => (target.endsWith('/token') ? sendToken() : good));
  const seen: (string | undefined)[] = [];
  onRequest((path) => path.endsWith('/token') && seen.push(user.getStore()));
  const client = user.run('constructor', () => openBareClient(server, { credentials: serviceAccount }));
  await forEachUser((snapshotId) => client.getTenantSnapshot(...listPath, snapshotId));
  expect(seen).toEqual(['constructor']);
});

it('parses with the schema of the caller in its context, after it waited for a shared token or challenge', async () => {
  const server = await startRawServer(({ target, authorization }) => {
    if (target.endsWith('/token')) return sendToken();
    return authorization === undefined ? sendChallenge() : good;
  });
  const schema = z.unknown().transform(() => user.getStore());
  for (const credentials of [{ publicKey: 'public', privateKey: 'private-key' }, serviceAccount]) {
    const client = openBareClient(server, { credentials });
    expect(await forEachUser(() => client.get('/api/atlas/v2/groups', { schema }))).toEqual(users);
  }
});

it('sends each request in the context of its caller, also a retry', async () => {
  const server = await startFlakyServer(sendRefusal(503), sendRefusal(503));
  const client = openBareClient(server, { maxRetries: 2 });
  const sent: [snapshotId: string, sender: string | undefined][] = [];
  onRequest((path) => sent.push([path.slice(-24), user.getStore()]));
  await runClock(forEachUser((snapshotId) => client.getTenantSnapshot(...listPath, snapshotId)));
  expect(sent.sort()).toEqual(users.flatMap((name, index) => Array(3).fill([hexId(index + 1), name])));
});
