import type { AtlasEmulator } from './atlas-emulator.js';
import { check } from './check.js';
import { Emulator } from './emulator.js';
import { listen } from './http/server.js';
import type { AtlasEmulatorOptions } from './options.js';
import {
  DEFAULT_CLUSTER_NAME,
  DEFAULT_GROUP_ID,
  DEFAULT_GROUP_NAME,
  DEFAULT_SNAPSHOT_ID,
} from './snapshots/default-cluster.js';
import { copySeed } from './snapshots/seed.js';

/**
 * Starts an emulator of MongoDB Atlas on 127.0.0.1. It checks logins by API key (Digest, RFC 7616), service account and
 * bearer token, serves snapshots from the tenant and the Flex endpoint, and can play failures and the sunset.
 *
 * @param options - What differs from Atlas. All of it is optional.
 * @returns The emulator, listening.
 * @throws TypeError if an option is unknown or has a wrong value, and the socket's error if the port is not available.
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
  const { store, endpoints, script, digest, tokens } = emulator;
  const close = () => {
    emulator.close();
    return server.close();
  };
  return {
    url: server.url,
    credentials: emulator.credentials,
    requests: emulator.requests,
    groupId: DEFAULT_GROUP_ID,
    groupName: DEFAULT_GROUP_NAME,
    clusterName: DEFAULT_CLUSTER_NAME,
    snapshotId: DEFAULT_SNAPSHOT_ID,
    get snapshots() {
      const cluster = store.findProject(DEFAULT_GROUP_ID)?.clusters.get(DEFAULT_CLUSTER_NAME);
      return (cluster?.snapshots ?? []).map(copySeed);
    },
    seed: (seed) => emulator.seed(seed),
    updateSnapshot: (snapshotId, patch) => store.updateSnapshot(snapshotId, patch),
    progressSnapshot: (snapshotId, ...patches) => store.planPolls(snapshotId, patches),
    sunset(form = 'gone') {
      check('sunset', form);
      endpoints.sunset = form === false ? undefined : form;
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
    issueToken: () => tokens.issue(),
    fetch,
    close,
    [Symbol.asyncDispose]: close,
  };
}
