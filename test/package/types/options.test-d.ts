// `npm run types` compiles this. What the options accept.
import * as undici7 from 'undici';
import * as undici8 from 'undici8';
import { expectTypeOf } from 'vitest';
import type { BackupCheckOptions } from '../../../src/check/index.js';
import {
  type AccessTokenCredentials,
  type ApiKeyCredentials,
  type AtlasCredentials,
  type CallOptions,
  type DispatcherLike,
  type FetchLike,
  type GetOptions,
  type ServiceAccountCredentials,
  type TenantSnapshot,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
  type TokenStore,
} from '../../../src/index.js';
import type { AtlasEmulatorOptions, EmulatorCredentials, ScriptedAnswer } from '../../../src/testing/index.js';

/** Members of `T` that are optional, but may not be undefined. */
type Stubborn<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? (undefined extends T[K] ? never : K) : never;
}[keyof T];

expectTypeOf<Stubborn<TenantSnapshotsClientOptions>>().toBeNever();
expectTypeOf<Stubborn<CallOptions>>().toBeNever();
expectTypeOf<Stubborn<GetOptions>>().toBeNever();
expectTypeOf<Stubborn<BackupCheckOptions>>().toBeNever();
expectTypeOf<Stubborn<AtlasEmulatorOptions>>().toBeNever();
expectTypeOf<Stubborn<ScriptedAnswer>>().toBeNever();
expectTypeOf<Stubborn<TenantSnapshot>>().toBeNever();

// Credentials are of one kind, and complete.
expectTypeOf<EmulatorCredentials[keyof EmulatorCredentials]>().toExtend<AtlasCredentials>();
expectTypeOf<{ publicKey: string }>().not.toExtend<AtlasCredentials>();
expectTypeOf<{ clientId: string }>().not.toExtend<AtlasCredentials>();
expectTypeOf<{ accessToken: undefined }>().not.toExtend<AtlasCredentials>();
// They have only their own properties, so that TypeScript names the one that may be undefined.
expectTypeOf<keyof ApiKeyCredentials>().toEqualTypeOf<'publicKey' | 'privateKey'>();
expectTypeOf<keyof ServiceAccountCredentials>().toEqualTypeOf<'clientId' | 'clientSecret'>();
expectTypeOf<keyof AccessTokenCredentials>().toEqualTypeOf<'accessToken'>();
// @ts-expect-error a store is an option of its own
new TenantSnapshotsClient({ credentials: { clientId: 'id', clientSecret: 'secret', tokenStore: new Map() } });

expectTypeOf<() => string>().toExtend<AccessTokenCredentials['accessToken']>();
expectTypeOf<() => Promise<string>>().toExtend<AccessTokenCredentials['accessToken']>();
expectTypeOf<() => number>().not.toExtend<AccessTokenCredentials['accessToken']>();

// A token store has get and set, as Keyv has.
expectTypeOf<{ get(key: string): Promise<string | undefined> }>().not.toExtend<TokenStore>();
expectTypeOf<{
  get<Value>(key: string): Promise<Value | undefined>;
  set<Value>(key: string, value: Value, ttl?: number): Promise<boolean>;
}>().toExtend<TokenStore>();

expectTypeOf<undici7.Agent | undici7.Pool | undici7.Client>().toExtend<DispatcherLike>();
expectTypeOf<undici7.ProxyAgent | undici7.EnvHttpProxyAgent>().toExtend<DispatcherLike>();
expectTypeOf<undici7.MockAgent | undici7.RetryAgent>().toExtend<DispatcherLike>();
expectTypeOf(new undici7.Agent().compose(undici7.interceptors.dns())).toExtend<DispatcherLike>();
expectTypeOf<undici8.Agent | undici8.Pool | undici8.Client>().toExtend<DispatcherLike>();
expectTypeOf<undici8.ProxyAgent | undici8.EnvHttpProxyAgent>().toExtend<DispatcherLike>();
expectTypeOf<undici8.MockAgent | undici8.RetryAgent>().toExtend<DispatcherLike>();
expectTypeOf(new undici8.Agent().compose(undici8.interceptors.dns())).toExtend<DispatcherLike>();
expectTypeOf<typeof fetch>().not.toExtend<DispatcherLike>();

// The global fetch is that of the DOM here, and that of Node in test/package/consumers/.
expectTypeOf<typeof globalThis.fetch>().toExtend<FetchLike>();
expectTypeOf<typeof undici7.fetch | typeof undici8.fetch>().toExtend<FetchLike>();
const withHeader: FetchLike = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-a': 'b' } });
expectTypeOf([withHeader, async () => Response.json({})]).toExtend<FetchLike[]>();
expectTypeOf<undici7.Agent>().not.toExtend<FetchLike>();
