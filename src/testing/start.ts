import { DEFAULTS } from './api/defaults.js';
import { copySeed } from './api/seed.js';
import type { AtlasEmulator } from './atlas-emulator.js';
import { check } from './check.js';
import { Emulator } from './emulator.js';
import { listen } from './http/server.js';
import type { AtlasEmulatorOptions } from './options.js';

/**
 * Starts an emulator of MongoDB Atlas on 127.0.0.1. It checks logins by API key (Digest, RFC 7616), service account and
 * bearer token, serves projects, clusters and backups as Atlas does, and can play failures.
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
  const server = await listen((request, body) => emulator.answer(request, body), options.port ?? 0);
  const { atlas, script, digest, tokens } = emulator;
  const close = () => {
    emulator.close();
    return server.close();
  };
  return {
    url: server.url,
    credentials: emulator.credentials,
    requests: emulator.requests,
    ...DEFAULTS,
    get snapshots() {
      const cluster = atlas.store.projects.get(DEFAULTS.groupId)?.clusters.get(DEFAULTS.clusterName);
      return (cluster?.snapshots ?? []).map(copySeed);
    },
    seed: (seed) => emulator.seed(seed),
    remove(target) {
      check('target', target);
      atlas.store.remove(target.groupId ?? DEFAULTS.groupId, target.clusterName);
    },
    updateSnapshot: (snapshotId, patch) => atlas.store.updateSnapshot(snapshotId, patch),
    sunset(isOver = true) {
      check('sunset', isOver);
      atlas.isTenantGone = isOver;
    },
    respond(...answers) {
      for (const answer of answers) check('answer', answer);
      script.add(answers);
    },
    clearResponses: () => script.clear(),
    expireNonces: () => digest.expireNonces(),
    revokeTokens: () => tokens.revokeAll(),
    issueToken: () => tokens.issue(),
    fetch: (request) => emulator.fetch(request),
    close,
    [Symbol.asyncDispose]: close,
  };
}
