import { DEFAULTS } from './api/defaults.js';
import { copySeed } from './api/seed.js';
import { ProjectStore } from './api/store.js';
import type { AtlasEmulator, AtlasEmulatorOptions } from './atlas-emulator.js';
import type { Emulator } from './emulator.js';
import { completeCredentials } from './login/credentials.js';
import { Digest } from './login/digest.js';
import { Tokens } from './login/tokens.js';
import { Script } from './script.js';
import { listen } from './server.js';

/**
 * Starts an emulator of MongoDB Atlas on 127.0.0.1. It checks logins by API key (Digest, RFC 7616), service account and
 * bearer token, serves projects, clusters and backups as Atlas does, and can play failures.
 *
 * @param options - What differs from Atlas. All of it is optional.
 * @returns The emulator, listening.
 * @throws the socket's error if the port is not available.
 *
 * @example
 * ```ts
 * await using emulator = await startAtlasEmulator();
 * const client = new TenantSnapshotsClient({ baseUrl: emulator.url, credentials: emulator.credentials.apiKey });
 * const snapshot = await client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
 * ```
 */
export async function startAtlasEmulator(options: AtlasEmulatorOptions = {}): Promise<AtlasEmulator> {
  const credentials = completeCredentials(options.credentials);
  const emulator: Emulator = {
    options,
    requests: [],
    script: new Script(),
    digest: new Digest(credentials.apiKey),
    tokens: new Tokens(credentials),
    store: new ProjectStore(),
    isTenantGone: true,
    isClosed: false,
  };
  const { requests, script, tokens, store } = emulator;
  for (const seed of [options.seed ?? []].flat()) store.seed(seed);
  const { url, close } = await listen(emulator, options.port ?? 0);
  return {
    url,
    credentials,
    requests,
    groupId: DEFAULTS.groupId,
    clusterName: DEFAULTS.clusterName,
    snapshotId: DEFAULTS.snapshotId,
    get snapshots() {
      const cluster = store.projects.get(DEFAULTS.groupId)?.clusters.get(DEFAULTS.clusterName);
      return (cluster?.snapshots ?? []).map(copySeed);
    },
    seed: (seed) => store.seed(seed),
    remove: ({ groupId = DEFAULTS.groupId, clusterName }) => store.remove(groupId, clusterName),
    sunset(isOver = true) {
      emulator.isTenantGone = isOver;
    },
    respond: (...answers) => script.add(answers),
    clearResponses: () => script.clear(),
    revokeTokens: () => tokens.revokeAll(),
    issueToken: () => tokens.issue(),
    close,
    [Symbol.asyncDispose]: close,
  };
}
