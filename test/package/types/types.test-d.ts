// `npm run types` compiles this: what a caller can pass, and what TypeScript infers. test/package/api/ has the declarations.
import type * as undici7 from 'undici';
import type * as undici8 from 'undici8';
import * as v from 'valibot';
import { expectTypeOf } from 'vitest';
import * as z from 'zod';
import {
  type BackupCheckOptions,
  type BackupFinding,
  type BackupSnapshot,
  type BackupState,
  checkBackups,
} from '../../../src/check/index.js';
import {
  type AnyAtlasError,
  type AtlasApiError,
  type AtlasError,
  type AtlasErrorCode,
  type AtlasPromise,
  type AtlasResponse,
  type CallOptions,
  type DedicatedSnapshot,
  type DispatcherLike,
  type FetchLike,
  type GetOptions,
  isAtlasError,
  newestBackup,
  type TenantSnapshot,
  type TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../../src/client/index.js';
import type { AtlasEmulatorOptions, ScriptedAnswer } from '../../../src/testing/index.js';

/** Members of `T` that are optional, but may not be undefined. */
type RefusesUndefined<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? (Record<K, undefined> extends Pick<T, K> ? never : K) : never;
}[keyof T];

expectTypeOf<RefusesUndefined<TenantSnapshotsClientOptions>>().toBeNever();
expectTypeOf<RefusesUndefined<CallOptions>>().toBeNever();
expectTypeOf<RefusesUndefined<GetOptions>>().toBeNever();
expectTypeOf<RefusesUndefined<BackupCheckOptions>>().toBeNever();
expectTypeOf<RefusesUndefined<AtlasEmulatorOptions>>().toBeNever();
expectTypeOf<RefusesUndefined<ScriptedAnswer>>().toBeNever();
expectTypeOf<RefusesUndefined<TenantSnapshot>>().toBeNever();
expectTypeOf<RefusesUndefined<DedicatedSnapshot>>().toBeNever();

// Agents of both versions of undici. Every other one extends one of these.
expectTypeOf<undici7.Dispatcher | undici7.Agent | undici7.MockAgent>().toExtend<DispatcherLike>();
expectTypeOf<undici8.Dispatcher | undici8.Agent | undici8.MockAgent>().toExtend<DispatcherLike>();
expectTypeOf<typeof fetch>().not.toExtend<DispatcherLike>();

// The global fetch is that of the DOM here, and that of Node in test/package/consumers/.
expectTypeOf<typeof globalThis.fetch | typeof undici7.fetch | typeof undici8.fetch>().toExtend<FetchLike>();
const withHeader: FetchLike = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-a': 'b' } });
expectTypeOf([withHeader, async () => Response.json({})]).toExtend<FetchLike[]>();
expectTypeOf<undici7.Agent>().not.toExtend<FetchLike>();

// A result has the fields of what was passed, and a time.
const newest = newestBackup([{ status: 'COMPLETED', finishTime: new Date(), region: 'eu' }]);
expectTypeOf(newest?.region).toEqualTypeOf<string | undefined>();
if (newest !== undefined) expectTypeOf(newest.finishTime).toEqualTypeOf<Date>();
declare const ofFlex: readonly TenantSnapshot[];
declare const ofDedicated: readonly DedicatedSnapshot[];
expectTypeOf(newestBackup(ofFlex)).toEqualTypeOf<(TenantSnapshot & { finishTime: Date }) | undefined>();
expectTypeOf(newestBackup(ofDedicated)).toEqualTypeOf<(DedicatedSnapshot & { createdAt: Date }) | undefined>();
// @ts-expect-error neither time
newestBackup([{ id: 'a', status: 'completed' }]);
// @ts-expect-error a list that no schema has parsed
newestBackup([{ status: 'completed', createdAt: '2026-08-02T17:05:10Z' }]);
declare const unparsed: unknown[];
// @ts-expect-error a list whose items have no type
newestBackup(unparsed);

declare const client: TenantSnapshotsClient;
const path = '/api/atlas/v2/groups';

// Without a schema, get() and getAll() return unknown values, otherwise its output.
expectTypeOf(client.get(path, { query: { pageNum: 2 }, schema: undefined })).toEqualTypeOf<AtlasPromise<unknown>>();
expectTypeOf(client.getAll(path, { schema: undefined })).toEqualTypeOf<AtlasPromise<unknown[]>>();

const created = z.string().transform((text) => new Date(text));
const ofZod = z.object({ created, tags: z.array(z.string()).optional() });
type Group = { created: Date; tags?: string[] | undefined };
expectTypeOf(client.get(path, { schema: ofZod })).toEqualTypeOf<AtlasPromise<Group>>();
expectTypeOf(client.getAll(path, { schema: ofZod })).toEqualTypeOf<AtlasPromise<Group[]>>();
const resolved = expectTypeOf(client.get(path, { schema: ofZod }).withResponse()).resolves;
resolved.toEqualTypeOf<{ data: Group; response: AtlasResponse }>();

const createdLater = v.transformAsync(async (text: string) => new Date(text));
const ofValibot = v.objectAsync({ created: v.pipeAsync(v.string(), createdLater) });
expectTypeOf(client.get(path, { schema: ofValibot })).resolves.toEqualTypeOf<{ created: Date }>();

// @ts-expect-error not a schema
void client.get(path, { schema: { parse: (value: unknown) => value } });
// @ts-expect-error the path says which endpoint it is
void client.get(path, { endpoint: 'flex' });

declare const error: unknown;
if (isAtlasError(error)) {
  expectTypeOf(error).toExtend<AtlasError>();
  expectTypeOf(error.code).toEqualTypeOf<AtlasErrorCode>();
  if (error.code === 'API_ERROR') expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
}
if (isAtlasError(error, 'API_ERROR')) expectTypeOf(error).toEqualTypeOf<AtlasApiError>();
if (isAtlasError(error, 'INVALID_ARGUMENT'))
  expectTypeOf(error.issues).toEqualTypeOf<{ path: string; message: string }[]>();
// @ts-expect-error no such code
isAtlasError(error, 'API');

// A finding has what its state says, and can be read without a look at its state.
declare const finding: BackupFinding;
expectTypeOf(finding.state).toEqualTypeOf<BackupState>();
expectTypeOf(finding.newest ?? finding.oldest).toEqualTypeOf<BackupSnapshot | undefined>();
expectTypeOf(finding.error).toEqualTypeOf<AnyAtlasError | undefined>();
expectTypeOf(finding.age ?? finding.maxAge ?? finding.backups).toEqualTypeOf<number | undefined>();
expectTypeOf(finding.reason).toExtend<string | undefined>();
if (finding.state === 'unknown') expectTypeOf(finding.error).toEqualTypeOf<AnyAtlasError>();
else expectTypeOf(finding.clusterName).toEqualTypeOf<string>();
if (finding.state === 'short') expectTypeOf(finding.minHistory).toEqualTypeOf<number>();
if (finding.state === 'fresh' || finding.state === 'stale' || finding.state === 'short' || finding.state === 'paused') {
  expectTypeOf([finding.newest, finding.oldest]).toEqualTypeOf<BackupSnapshot[]>();
  expectTypeOf([finding.age, finding.maxAge, finding.backups]).toEqualTypeOf<number[]>();
}

// A fake of the client needs nothing but two functions.
checkBackups({ get: async () => ({}), getAll: async () => [] });
checkBackups(client);
