import type {
  CallOptions,
  TenantSnapshot,
  TenantSnapshotsClient,
  TenantSnapshotsClientOptions,
} from '../../src/index.js';
import { openClient } from './open-client.js';
import { path } from './snapshot-routes.js';

/** A secret that must not appear in errors. */
export const accessToken = 'a-very-secret-token';

/** A client of a fault server. By default it uses the tenant endpoint, without retries. */
export function openFaultClient(
  { url }: { readonly url: string },
  options: TenantSnapshotsClientOptions = {},
): TenantSnapshotsClient {
  return openClient({ baseUrl: url, credentials: { accessToken }, endpoint: 'tenant', maxRetries: 0, ...options });
}

/** Gets the snapshot of the response `good`. */
export function get(client: TenantSnapshotsClient, options?: CallOptions): Promise<TenantSnapshot> {
  return client.getTenantSnapshot(...path, options);
}
