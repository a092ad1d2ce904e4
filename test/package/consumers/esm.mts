// A strict consumer's module. It is compiled against the tarball, and not run.
import {
  type AtlasCallTrace,
  type AtlasErrorCode,
  type AtlasPromise,
  type AtlasResponse,
  type CallOptions,
  isAtlasApiError,
  isAtlasError,
  type TenantSnapshot,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
  type TokenStore,
  tenantSnapshotSchema,
} from 'atlas-tenant-snapshots';
import { type BackupCheckOptions, type BackupFinding, checkBackups } from 'atlas-tenant-snapshots/check';
import { type AtlasEmulator, type AtlasEmulatorOptions, startAtlasEmulator } from 'atlas-tenant-snapshots/testing';
import Keyv from 'keyv';
import { Agent } from 'undici';

// Whoever has options that may be undefined can hand them on.
declare const maybe: {
  text: string | undefined;
  count: number | undefined;
  flag: boolean | undefined;
  signal: AbortSignal | undefined;
  url: URL | undefined;
};

export const options: TenantSnapshotsClientOptions = {
  credentials: { publicKey: 'public', privateKey: 'private' },
  baseUrl: maybe.url ?? maybe.text,
  endpoint: maybe.flag === true ? 'auto' : undefined,
  timeout: maybe.count,
  attemptTimeout: maybe.count,
  maxRetries: maybe.count,
  maxResponseSize: maybe.count,
  dispatcher: maybe.flag === true ? new Agent({ connections: 4 }) : undefined,
  fetch: maybe.flag === false ? globalThis.fetch : undefined,
  userAgent: maybe.text,
};
export const callOptions: CallOptions = {
  signal: maybe.signal,
  timeout: maybe.count,
  attemptTimeout: maybe.count,
  maxRetries: maybe.count,
  envelope: maybe.flag,
  pretty: maybe.flag,
  endpoint: 'flex',
};

const store: TokenStore = new Keyv();
new TenantSnapshotsClient({ credentials: { clientId: 'id', clientSecret: 'secret' }, tokenStore: store });
new TenantSnapshotsClient({ credentials: { clientId: 'id', clientSecret: 'secret' }, tokenStore: undefined });
new TenantSnapshotsClient({ credentials: { accessToken: async () => 'token' } });

export async function read(id: string): Promise<string> {
  const client = new TenantSnapshotsClient(options);
  const promise: AtlasPromise<TenantSnapshot> = client.getTenantSnapshot(id, 'Cluster0', id, callOptions);
  const { data, response }: { data: TenantSnapshot; response: AtlasResponse } = await promise.withResponse();
  const all: TenantSnapshot[] = await client.listTenantSnapshots(id, 'Cluster0');
  await client.close();
  await client[Symbol.asyncDispose]();
  const left: number = response.rateLimit?.remaining ?? 0;
  const finished: Date | undefined = data.finishTime;
  return `${left} ${finished?.toISOString()} ${all.length}`;
}

const checkOptions: BackupCheckOptions = { groupIds: undefined, maxAge: maybe.count, signal: maybe.signal };

export async function findStale(client: TenantSnapshotsClient): Promise<BackupFinding[]> {
  const stale: BackupFinding[] = [];
  for await (const finding of checkBackups(client, checkOptions)) if (finding.state === 'stale') stale.push(finding);
  return stale;
}

export function explain(error: unknown): string {
  if (isAtlasApiError(error, { status: 404, errorCode: maybe.text })) return error.errorCode ?? error.body;
  if (isAtlasError(error, 'INVALID_RESPONSE')) return error.issues.map(({ path }) => path).join();
  if (!isAtlasError(error)) return '';
  const code: AtlasErrorCode = error.code;
  if (error.code === 'API_ERROR') return String(error.retryAfter ?? error.status);
  return `${code} ${error.operation} ${error.endpoint} ${error.attempts}`;
}

export function watch(trace: AtlasCallTrace): string {
  return `${trace.operation} ${trace.status ?? 0} ${trace.durationMs}`;
}

export const parsed: TenantSnapshot = tenantSnapshotSchema.parse({});

const emulatorOptions: AtlasEmulatorOptions = {
  port: maybe.count,
  digest: { algorithms: ['SHA-256'], nonceLifetime: maybe.count },
  seed: { snapshots: [{ id: '5cc310ace5dc7ce369814bd0', status: 'QUEUED', startTime: null }] },
};

export async function test(): Promise<AtlasEmulator> {
  const emulator = await startAtlasEmulator(emulatorOptions);
  emulator.respond({ status: 429, retryAfter: 1 }, { delay: 10 }, { reset: 'body', for: 'token' });
  for (const credentials of Object.values(emulator.credentials)) {
    new TenantSnapshotsClient({ baseUrl: emulator.url, credentials });
  }
  return emulator;
}
