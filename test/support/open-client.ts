import { onTestFinished } from 'vitest';
import { TenantSnapshotsClient, type TenantSnapshotsClientOptions } from '../../src/index.js';

/** A client that is closed when the test is finished. It logs in by a token, unless the options say otherwise. */
export function openClient(options: TenantSnapshotsClientOptions): TenantSnapshotsClient {
  const client = new TenantSnapshotsClient({ credentials: { accessToken: 'token-of-the-test' }, ...options });
  onTestFinished(() => client.close());
  return client;
}
