import type { ClusterSeed, ProjectSeed, SnapshotPatch, SnapshotSeed } from './api/seed.js';
import type { EmulatorCredentials } from './credentials.js';
import type { ScriptedAnswer } from './faults/script.js';
import type { RecordedRequest } from './http/request-log.js';

/**
 * An emulator of Atlas on a loopback socket, started by `startAtlasEmulator`. Its methods throw a `TypeError` for a value
 * that they do not know, such as a misspelt option.
 */
export interface AtlasEmulator extends AsyncDisposable {
  /** The client's `baseUrl`: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The credentials that the emulator accepts. Each member is a complete `credentials` option of the client. */
  readonly credentials: EmulatorCredentials;
  /** Every request so far, in order. The array is live. Set its `length` to 0 to clear it. */
  readonly requests: RecordedRequest[];

  /** The project that exists from the start. */
  readonly groupId: string;
  /** The name that this project has at the start. */
  readonly groupName: string;
  /** The Flex cluster that exists from the start. */
  readonly clusterName: string;
  /** The newest COMPLETED snapshot of that cluster. It finished about five hours before the start. */
  readonly snapshotId: string;
  /** Copies of the snapshots that this cluster has now, oldest first. Change them by the methods below. */
  readonly snapshots: readonly SnapshotSeed[];

  /**
   * Adds a cluster, and its project if that is new. Replaces a cluster that exists, and its snapshots. A seed without
   * `snapshots`, `dedicated` and `free` adds a project without clusters, or renames one that exists.
   *
   * @example
   * ```ts
   * emulator.seed({ clusterName: 'Reports', snapshots: [{ id: '5cc310ace5dc7ce369814bd0', status: 'QUEUED' }] });
   * emulator.seed({ clusterName: 'Production', dedicated: true }); // with daily snapshots
   * emulator.seed({ clusterName: 'Sandbox', free: true });
   * emulator.seed({ groupId: '60f1c2d3e4a5b6978877665a', groupName: 'Empty' }); // a project without clusters
   * ```
   */
  seed(seed: ClusterSeed | ProjectSeed): void;
  /**
   * Removes a cluster, as if it had been deleted. Without `clusterName`, removes the project, as if the login had lost its role
   * there. Default for `groupId`: the emulator's own project. Afterwards, a seed without an `id` gets the ID derived from its
   * project and name.
   *
   * @throws TypeError if the emulator does not have it.
   */
  remove(target: { groupId?: string | undefined; clusterName?: string | undefined }): void;
  /**
   * Changes fields of a snapshot in every cluster that has it. Undefined removes a field.
   *
   * @throws TypeError if no cluster has the snapshot.
   */
  updateSnapshot(snapshotId: string, patch: SnapshotPatch): void;

  /**
   * Retires the tenant endpoint: it answers 410, as from the start. `sunset(false)` makes it serve the snapshots that the
   * Flex endpoint serves.
   */
  sunset(isOver?: boolean): void;

  /**
   * Scripts the next responses, in order. Each is for the next request to the API that has logged in, unless `for` or
   * `path` names other requests. Errors have Atlas's form, and Atlas's text for codes that it is known to send.
   *
   * One reset need not fail a call: the client resends a request that was reset on a kept-alive connection, even with
   * `maxRetries: 0`. To see a `CONNECTION` error, set that and reset every request (`{ reset: true, times: Infinity }`),
   * or reset a body (`{ reset: 'body' }`).
   *
   * @example
   * ```ts
   * emulator.respond({ status: 429, retryAfter: 1 });                       // one error, then as before
   * emulator.respond({ status: 401, errorCode: 'USER_UNAUTHORIZED' });      // a role is missing
   * emulator.respond({ status: 503, times: 2 }, { delay: 200 });            // two errors, then a slow success
   * emulator.respond({ reset: true, for: 'token' });                        // resets the connection of a token request
   * emulator.respond({ hang: true, path: '/api/atlas/v2/groups' });         // the list of projects
   * emulator.respond({ status: 502, body: '<html>Bad Gateway</html>', for: 'any' }); // a gateway, before login
   * ```
   */
  respond(...answers: readonly ScriptedAnswer[]): void;
  /** Drops the scripted answers that are still to be given. */
  clearResponses(): void;

  /** Makes every nonce stale. */
  expireNonces(): void;
  /** Revokes every token, including `credentials.accessToken`. */
  revokeTokens(): void;
  /** Issues an access token that stays live until it is revoked, and counts towards no limit. */
  issueToken(): string;

  /** Answers a request without the socket. Rejects instead of resetting the connection. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Closes the socket and every connection. May be called twice. */
  close(): Promise<void>;
}
