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

/** One call of a client: always for the same snapshot, which the emulator has from the start. */
type Get = (options?: CallOptions) => AtlasPromise<TenantSnapshot>;

/** A client that lives until the test is over. */
export function openClient(url: string, credentials: Key, options: TenantSnapshotsClientOptions = {}): Get {
  const client = new TenantSnapshotsClient({ baseUrl: url, credentials, ...options });
  onTestFinished(() => client.close());
  return (call) => client.getTenantSnapshot(groupId, 'Cluster0', snapshotId, call);
}

/** An emulator that lives until the test is over, behind a Digest front if options of one are given, and a client for it. */
export async function openEmulator(
  digest: DigestFrontOptions | undefined,
  others: AtlasEmulatorOptions = {},
): Promise<{ emulator: AtlasEmulator; get: Get }> {
  const emulator = await (digest === undefined ? startAtlasEmulator(others) : startDigestFront(digest, others));
  onTestFinished(() => emulator.close());
  return { emulator, get: openClient(emulator.url, emulator.credentials.apiKey) };
}

/** Calls at once. */
export function together<T>(calls: number, call: (index: number) => Promise<T>): Promise<PromiseSettledResult<T>[]> {
  return Promise.allSettled(Array.from({ length: calls }, (_, index) => call(index)));
}

/** How many were answered; the first refusal is thrown, as its message says more than a count. */
export function answered(results: readonly PromiseSettledResult<unknown>[]): number {
  for (const result of results) if (result.status === 'rejected') throw result.reason;
  return results.length;
}
