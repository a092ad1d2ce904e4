import type {
  CallOptions,
  TenantSnapshot,
  TenantSnapshotsClient,
  TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { openClient } from './open-client.js';
import { path } from './snapshot-routes.js';

/** A secret that a test can look for. */
export const accessToken = 'a-very-secret-token';

/** A client of a server that errs: one attempt a call, at the tenant endpoint, unless the options say otherwise. */
export function openFaultClient(
  { url }: { readonly url: string },
  options: TenantSnapshotsClientOptions = {},
): TenantSnapshotsClient {
  return openClient({ baseUrl: url, credentials: { accessToken }, endpoint: 'tenant', maxRetries: 0, ...options });
}

/** Gets the snapshot that a fault server's good answer holds. */
export function get(client: TenantSnapshotsClient, options?: CallOptions): Promise<TenantSnapshot> {
  return client.getTenantSnapshot(...path, options);
}
