import type { AtlasPromise, CallOptions, TenantSnapshot, TenantSnapshotsClient, TokenStore } from '../../src/index.js';
import type { AtlasEmulator, AtlasEmulatorOptions, RecordedRequest } from '../../src/testing/index.js';
import { openClient } from './open-client.js';
import { openEmulator } from './open-emulator.js';

/** What a service account's client may differ in. */
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
  /** One call. */
  get(options?: CallOptions): AtlasPromise<TenantSnapshot>;
  /** So many calls at once. */
  getAll(count: number, options?: CallOptions): Promise<PromiseSettledResult<TenantSnapshot>[]>;
  /** What the emulator got. */
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

/** One call for the emulator's snapshot. */
export function getFrom(
  { groupId, clusterName, snapshotId }: AtlasEmulator,
  client: TenantSnapshotsClient,
  options?: CallOptions,
): AtlasPromise<TenantSnapshot> {
  return client.getTenantSnapshot(groupId, clusterName, snapshotId, options);
}

/** How many were fulfilled. */
export function countAnswered(results: readonly PromiseSettledResult<unknown>[]): number {
  return results.filter(({ status }) => status === 'fulfilled').length;
}

/** What the others were rejected with. */
export function reasonsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
}
