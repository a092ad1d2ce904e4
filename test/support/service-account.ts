import type { AtlasPromise, CallOptions, TenantSnapshot, TenantSnapshotsClient, TokenStore } from '../../src/index.js';
import type { AtlasEmulator, AtlasEmulatorOptions, RecordedRequest } from '../../src/testing/index.js';
import { openClient } from './open-client.js';
import { openEmulator } from './open-emulator.js';

/** Options of a client with a service account. */
export interface ServiceAccountOptions {
  tokenStore?: TokenStore | undefined;
  clientSecret?: string;
  attemptTimeout?: number;
  maxRetries?: number;
}

/** A client that logs in as the emulator's service account. */
export function openServiceAccountClient(
  emulator: AtlasEmulator,
  { clientSecret, ...options }: ServiceAccountOptions = {},
): TenantSnapshotsClient {
  const account = emulator.credentials.serviceAccount;
  const credentials = { ...account, clientSecret: clientSecret ?? account.clientSecret };
  return openClient({ ...options, baseUrl: emulator.url, credentials });
}

export interface ServiceAccountTest {
  readonly emulator: AtlasEmulator;
  readonly client: TenantSnapshotsClient;
  /** Gets the emulator's snapshot. */
  get(options?: CallOptions): AtlasPromise<TenantSnapshot>;
  /** Starts that many calls at once. */
  getAll(count: number, options?: CallOptions): Promise<PromiseSettledResult<TenantSnapshot>[]>;
  /** The token requests that the emulator received. */
  tokenRequests(): RecordedRequest[];
  apiRequests(): RecordedRequest[];
}

/** An emulator, and a client that logs in as its service account. */
export async function openServiceAccount(
  options: ServiceAccountOptions = {},
  emulatorOptions: AtlasEmulatorOptions = {},
): Promise<ServiceAccountTest> {
  const emulator = await openEmulator(emulatorOptions);
  const client = openServiceAccountClient(emulator, options);
  const get = (callOptions?: CallOptions) => getFrom(emulator, client, callOptions);
  return {
    emulator,
    client,
    get,
    getAll: (count, callOptions) => Promise.allSettled(Array.from({ length: count }, () => get(callOptions))),
    tokenRequests: () => emulator.requests.filter(({ kind }) => kind === 'token'),
    apiRequests: () => emulator.requests.filter(({ kind }) => kind !== 'token'),
  };
}

/** Gets the emulator's snapshot. */
export function getFrom(
  { groupId, clusterName, snapshotId }: AtlasEmulator,
  client: TenantSnapshotsClient,
  options?: CallOptions,
): AtlasPromise<TenantSnapshot> {
  return client.getTenantSnapshot(groupId, clusterName, snapshotId, options);
}

/** The number of fulfilled calls. */
export function countAnswered(results: readonly PromiseSettledResult<unknown>[]): number {
  return results.filter(({ status }) => status === 'fulfilled').length;
}

/** The reasons of the rejected calls. */
export function reasonsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
