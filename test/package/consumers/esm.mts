// A strict consumer's module. It is compiled against the tarball, and not run. test/package/types/ has the types in detail.
import {
  AtlasApiError,
  type AtlasCallTrace,
  type AtlasResponse,
  type CallOptions,
  isAtlasError,
  type TenantSnapshot,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
  tenantSnapshotSchema,
} from 'atlas-tenant-snapshots';
import { type BackupFinding, checkBackups } from 'atlas-tenant-snapshots/check';
import { type AtlasEmulator, startAtlasEmulator } from 'atlas-tenant-snapshots/testing';
import { Agent } from 'undici';

const emulator: AtlasEmulator = await startAtlasEmulator({ port: undefined });
await using client = new TenantSnapshotsClient({
  credentials: emulator.credentials.serviceAccount,
  baseUrl: emulator.url,
  dispatcher: new Agent({ connections: 4 }),
  fetch: globalThis.fetch,
  timeout: undefined,
});

try {
  const list: TenantSnapshot[] = await client.listTenantSnapshots(emulator.groupId, 'Cluster0', { signal: null });
  const { data, response } = await client.get('/api/atlas/v2', { schema: tenantSnapshotSchema }).withResponse();
  const finished: Date | undefined = data.finishTime;
  console.log(list.length, finished, response.attempts);
  const findings: BackupFinding[] = [];
  for await (const finding of checkBackups(client, { maxAge: undefined })) findings.push(finding);
} catch (error) {
  if (isAtlasError(error, 'API_ERROR')) console.log(error.errorCode, error.cause);
}

// Declarations can name the types of these, although some have no public name.
export const options = (client: TenantSnapshotsClientOptions, call: CallOptions) => [client.credentials, call.endpoint];
export const linksOf = (snapshot: TenantSnapshot) => snapshot.links?.[0];
export const endpointOf = (trace: AtlasCallTrace, response: AtlasResponse) => trace.endpoint ?? response.endpoint;
export const issuesOf = (error: unknown) => isAtlasError(error, 'INVALID_ARGUMENT') && error.issues;
export const build = (...args: ConstructorParameters<typeof AtlasApiError>) => new AtlasApiError(...args);
