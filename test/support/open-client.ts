import { onTestFinished } from 'vitest';
import { TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';

/** A client that is closed after the test. By default it has a bearer token. */
export function openClient(options: TenantSnapshotsClientOptions): TenantSnapshotsClient {
  const client = new TenantSnapshotsClient({ credentials: { accessToken: 'token-of-the-test' }, ...options });
  onTestFinished(() => client.close());
  return client;
}
