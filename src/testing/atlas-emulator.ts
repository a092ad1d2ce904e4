import type { EmulatorCredentials } from './credentials.js';
import type { RecordedRequest } from './request-log.js';
import type { ScriptedAnswer } from './script.js';
import type { ClusterSeed, SnapshotPatch, SnapshotSeed } from './snapshots.js';
import type { DeprecationDates, SunsetForm } from './sunset.js';

/**
 * An Atlas of your own on a loopback socket, made by `startAtlasEmulator`. Its methods throw a `TypeError` where they are
 * given what they do not know, such as a form of the sunset that there is not.
 */
export interface AtlasEmulator extends AsyncDisposable {
  /** Where it listens, as `http://127.0.0.1:PORT`: the client's `baseUrl`. */
  readonly url: string;
  /** What it accepts. Each member is a whole `credentials` option of the client. */
  readonly credentials: EmulatorCredentials;
  /** Every request so far, in order. The array is live; set its `length` to 0 to start anew. */
  readonly requests: RecordedRequest[];

  /** The project that is there from the start. */
  readonly groupId: string;
  /** The cluster that is there from the start. */
  readonly clusterName: string;
  /** A snapshot of that cluster that is COMPLETED. */
  readonly snapshotId: string;
  /** What that cluster has now, newest first: copies, so that only the methods below change what is served. */
  readonly snapshots: readonly SnapshotSeed[];

  /**
   * Puts a cluster's snapshots in place of those that it had, and of what was planned for them; makes the project and the
   * cluster where they are new. The snapshots are copied.
   *
   * @example
   * ```ts
   * emulator.seed({ clusterName: 'Reports', snapshots: [{ id: '5cc310ace5dc7ce369814bd0', status: 'QUEUED' }] });
   * ```
   */
  seed(cluster: ClusterSeed): void;
  /**
   * Changes fields of a snapshot, in every cluster that has it; undefined takes a field away.
   *
   * @throws TypeError where no cluster has that snapshot.
   */
  updateSnapshot(snapshotId: string, patch: SnapshotPatch): void;
  /**
   * Changes a snapshot a step a poll: the next request for it sees the first patch, the one after that the second, and so
   * on. After the last the snapshot stays as it is. A plan takes the place of the one before. Where several clusters have
   * the snapshot, each counts its own polls.
   *
   * @example
   * ```ts
   * emulator.progressSnapshot(id, { status: 'QUEUED' }, { status: 'RUNNING' }, { status: 'COMPLETED' });
   * ```
   *
   * @throws TypeError where no cluster has that snapshot.
   */
  progressSnapshot(snapshotId: string, ...patches: readonly SnapshotPatch[]): void;

  /**
   * Takes the tenant endpoint away. The form is what its answers then look like; default `gone`. `false` brings it back.
   * Flex answers before and after, from the same snapshots.
   */
  sunset(form?: SunsetForm | false): void;
  /** Sends `Deprecation` and `Sunset` headers with answers of the tenant endpoint; `{}` stops it. */
  deprecate(dates: DeprecationDates): void;

  /**
   * Scripts the next answers, in order. An answer is for the next request to the API that passed authentication, unless
   * its `for` says otherwise. An error has Atlas's form.
   *
   * One reset need not fail a call: a request that met it on a kept connection is sent again by the client over another,
   * also with `maxRetries: 0`. To see its `CONNECTION` error, set that and reset each (`{ reset: true, times: Infinity }`),
   * or one in its body (`{ reset: 'body' }`).
   *
   * @example
   * ```ts
   * emulator.respond({ status: 429, retryAfter: 1 });           // one error, then as before
   * emulator.respond({ status: 503, times: 2 }, { delay: 200 }); // two errors, then a slow success
   * emulator.respond({ reset: true, for: 'token' });             // the connection is reset under a token request
   * emulator.respond({ status: 502, body: '<html>Bad Gateway</html>', for: 'any' }); // a gateway, before authentication
   * ```
   */
  respond(...answers: readonly ScriptedAnswer[]): void;
  /** Drops the scripted answers that were not given yet. */
  clearResponses(): void;

  /** Makes every nonce that was handed out stale. */
  expireNonces(): void;
  /** Revokes every token, that of `credentials.accessToken` included. */
  revokeTokens(): void;
  /** A new access token, which lives until it is revoked and counts towards no limit. */
  issueToken(): string;

  /** Answers a request as the socket would, without one. Where a connection would be reset, it rejects. */
  readonly fetch: (request: Request) => Promise<Response>;
  /** Closes the socket and every connection. May be called twice. */
  close(): Promise<void>;
}
