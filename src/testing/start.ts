import type { AtlasEmulator } from './atlas-emulator.js';
import { check } from './check.js';
import { copySnapshot } from './copy-snapshot.js';
import { DEFAULT_CLUSTER_NAME, DEFAULT_GROUP_ID, DEFAULT_SNAPSHOT_ID } from './default-cluster.js';
import { Emulator } from './emulator.js';
import { forgetSunset } from './forget-sunset.js';
import type { AtlasEmulatorOptions } from './options.js';
import { listen } from './server.js';

/**
 * Starts an Atlas of your own on 127.0.0.1. It checks API keys by Digest (RFC 7616), bearer tokens, and service
 * accounts; serves snapshots from the tenant and the Flex endpoint; and can be told to fail, or to be sunset.
 *
 * @param options - What differs from Atlas; everything may be left out.
 * @returns The emulator, listening.
 * @throws TypeError where an option is unknown or has a wrong value; the socket's error where the port cannot be had.
 *
 * @example
 * ```ts
 * await using emulator = await startAtlasEmulator();
 * const client = new TenantSnapshotsClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
 * const snapshot = await client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
 * ```
 */
export async function startAtlasEmulator(options: AtlasEmulatorOptions = {}): Promise<AtlasEmulator> {
  const emulator = new Emulator(options);
  const fetch = (request: Request) => emulator.fetch(request);
  const server = await listen(fetch, options.port ?? 0);
  forgetSunset(server.url);
  const close = () => {
    emulator.close();
    return server.close();
  };
  return {
    ...controls(emulator, server.url),
    url: server.url,
    credentials: emulator.credentials,
    requests: emulator.requests,
    groupId: DEFAULT_GROUP_ID,
    clusterName: DEFAULT_CLUSTER_NAME,
    snapshotId: DEFAULT_SNAPSHOT_ID,
    fetch,
    close,
    [Symbol.asyncDispose]: close,
    get snapshots() {
      return (emulator.store.list(DEFAULT_GROUP_ID, DEFAULT_CLUSTER_NAME) ?? []).map(copySnapshot);
    },
  };
}

function controls(emulator: Emulator, url: string) {
  const { store, script, digest, tokens } = emulator;
  return {
    seed: (cluster) => emulator.seed(cluster),
    updateSnapshot: (snapshotId, patch) => store.update(snapshotId, patch),
    progressSnapshot: (snapshotId, ...patches) => store.planProgress(snapshotId, patches),
    sunset(form = 'gone') {
      check('sunset', form);
      emulator.sunset = form === false ? undefined : form;
      if (form === false) forgetSunset(url);
    },
    deprecate(dates) {
      check('dates', dates);
      emulator.deprecation = dates;
    },
    respond(...answers) {
      for (const answer of answers) check('answer', answer);
      script.add(answers);
    },
    clearResponses: () => script.clear(),
    expireNonces: () => digest.expireNonces(),
    revokeTokens: () => tokens.revokeAll(),
    issueToken: () => tokens.issueTimeless(),
  } satisfies Partial<AtlasEmulator>;
}
