import type { ClusterSeed, SnapshotSeed } from './api/seed.js';
import type { RecordedRequest } from './http/request.js';
import type { EmulatorCredentialOptions, EmulatorCredentials } from './login/credentials.js';
import type { ScriptedAnswer } from './script.js';

/** Options of `startAtlasEmulator`. The defaults answer as Atlas does. */
export interface AtlasEmulatorOptions {
  /** Port on 127.0.0.1. Default 0: any free port. */
  port?: number | undefined;
  /** Credentials to accept. Default: random ones for each emulator. */
  credentials?: EmulatorCredentialOptions | undefined;
  /** Clusters and projects to serve beside the default ones. */
  seed?: ClusterSeed | readonly ClusterSeed[] | undefined;
  /**
   * Called with each request and its `status`, just before the response is sent. Not called if the connection is reset
   * before the response.
   */
  onResponse?: ((request: RecordedRequest) => void) | undefined;
}

/** An emulator of Atlas on a loopback socket, started by `startAtlasEmulator`. */
export interface AtlasEmulator extends AsyncDisposable {
  /** The client's `baseUrl`: `http://127.0.0.1:PORT`. */
  readonly url: string;
  /** The credentials that the emulator accepts. Each member is a complete `credentials` option of the client. */
  readonly credentials: EmulatorCredentials;
  /** Every request so far, in order. The array is live. Set its `length` to 0 to clear it. */
  readonly requests: RecordedRequest[];

  /** The project that exists from the start. */
  readonly groupId: string;
  /** The Flex cluster that exists from the start. */
  readonly clusterName: string;
  /** The newest COMPLETED snapshot of that cluster. It finished about five hours before the start. */
  readonly snapshotId: string;
  /** Copies of the snapshots that this cluster has now, oldest first. Change them with `seed()`. */
  readonly snapshots: readonly SnapshotSeed[];

  /**
   * Adds a cluster, and its project if that is new. Replaces a cluster that exists, and its snapshots: to change a snapshot,
   * seed its cluster again. A seed of a project alone (`groupId`, `groupName`) adds a project without clusters, or renames
   * one that exists.
   *
   * @example
   * ```ts
   * emulator.seed({ clusterName: 'Reports', snapshots: [{ id: '5cc310ace5dc7ce369814bd0', status: 'QUEUED' }] });
   * emulator.seed({ clusterName: 'Production', dedicated: true }); // with daily snapshots
   * emulator.seed({ clusterName: 'Sandbox', free: true });
   * emulator.seed({ groupId: '60f1c2d3e4a5b6978877665a', groupName: 'Empty' }); // a project without clusters
   * ```
   */
  seed(seed: ClusterSeed): void;
  /**
   * Removes a cluster, as if it had been deleted. Without `clusterName`, removes the project, as if the login had lost its role
   * there. Default for `groupId`: the emulator's own project. Afterwards, a seed without an `id` gets the ID derived from its
   * project and name.
   *
   * @throws TypeError if the emulator does not have it.
   */
  remove(target: { groupId?: string | undefined; clusterName?: string | undefined }): void;

  /**
   * Retires the tenant endpoint: it answers 410, as from the start. `sunset(false)` makes it serve the snapshots that the
   * Flex endpoint serves.
   */
  sunset(isOver?: boolean): void;

  /**
   * Scripts the next responses, in order. Each is for the next request to the API that has logged in, unless `for` or
   * `path` names other requests. Errors have Atlas's form, and Atlas's text for codes that it is known to send. The client
   * retries most failures: set its `maxRetries` to 0 to see the error of one.
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

  /** Revokes every token, including `credentials.accessToken`. */
  revokeTokens(): void;
  /** Issues an access token that stays live until it is revoked. */
  issueToken(): string;

  /** Closes the socket and every connection. May be called twice. */
  close(): Promise<void>;
}
