import { onTestFinished } from 'vitest';
import {
  type AtlasPromise,
  type CallOptions,
  type TenantSnapshot,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../../../src/index.js';
import { type AtlasEmulator, type AtlasEmulatorOptions, startAtlasEmulator } from '../../../../src/testing/index.js';
import { startDigestFront } from '../../../support/digest-front/front.js';
import type { DigestFrontOptions } from '../../../support/digest-front/options.js';
import type { Key } from './verify.js';

const groupId = '32b6e34b3d91647abb20e7b8';
const snapshotId = '5cc310ace5dc7ce369814bcb';

/** Gets a snapshot that every new emulator has. */
type Get = (options?: CallOptions) => AtlasPromise<TenantSnapshot>;

/** A client that is closed after the test. */
export function openClient(url: string, credentials: Key, options: TenantSnapshotsClientOptions = {}): Get {
  const client = new TenantSnapshotsClient({ baseUrl: url, credentials, ...options });
  onTestFinished(() => client.close());
  return (call) => client.getTenantSnapshot(groupId, 'Cluster0', snapshotId, call);
}

/** An emulator, behind a Digest front if there are options for one, and its client. Both are closed after the test. */
export async function openEmulator(
  digest: DigestFrontOptions | undefined,
  others: AtlasEmulatorOptions = {},
): Promise<{ emulator: AtlasEmulator; get: Get }> {
  const emulator = await (digest === undefined ? startAtlasEmulator(others) : startDigestFront(digest, others));
  onTestFinished(() => emulator.close());
  return { emulator, get: openClient(emulator.url, emulator.credentials.apiKey) };
}

/** Starts that many calls at once. */
export function together<T>(calls: number, call: (index: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: calls }, (_, index) => call(index)));
}

/** The number of calls, if all were fulfilled. Otherwise throws the first reason, which says more than a count. */
export function fulfilled(results: readonly PromiseSettledResult<unknown>[]): number {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.length;
}
