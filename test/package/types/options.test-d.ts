import * as undici7 from 'undici';
import * as undici8 from 'undici8';
import { describe, expectTypeOf, it } from 'vitest';
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

const key = { publicKey: 'public', privateKey: 'private' };
const account = { clientId: 'id', clientSecret: 'secret' };
const bearer = { accessToken: 'token' };

/** Members of `T` that are optional, but may not be undefined. */
type Stubborn<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? (undefined extends T[K] ? never : K) : never;
}[keyof T];

it('every optional member may be undefined', () => {
  expectTypeOf<Stubborn<TenantSnapshotsClientOptions>>().toBeNever();
  expectTypeOf<Stubborn<CallOptions>>().toBeNever();
  expectTypeOf<Stubborn<GetOptions>>().toBeNever();
  expectTypeOf<Stubborn<BackupCheckOptions>>().toBeNever();
  expectTypeOf<Stubborn<AtlasEmulatorOptions>>().toBeNever();
  expectTypeOf<Stubborn<ScriptedAnswer>>().toBeNever();
  expectTypeOf<Stubborn<TenantSnapshot>>().toBeNever();
});

it('all options are optional', () => {
  type NoOptions = Record<never, never>;
  expectTypeOf(TenantSnapshotsClient).toBeConstructibleWith();
  expectTypeOf<NoOptions>().toExtend<TenantSnapshotsClientOptions>();
  expectTypeOf<NoOptions>().toExtend<CallOptions & GetOptions & BackupCheckOptions & AtlasEmulatorOptions>();
});

describe('credentials', () => {
  it('are of one kind', () => {
    expectTypeOf<typeof key | typeof account | typeof bearer>().toExtend<AtlasCredentials>();
    expectTypeOf<EmulatorCredentials[keyof EmulatorCredentials]>().toExtend<AtlasCredentials>();
    // @ts-expect-error a store is a separate option
    new TenantSnapshotsClient({ credentials: { ...account, tokenStore: new Map() } });
  });

  it('have only their own properties, so that TypeScript names the one that may be undefined', () => {
    expectTypeOf<keyof ApiKeyCredentials>().toEqualTypeOf<'publicKey' | 'privateKey'>();
    expectTypeOf<keyof ServiceAccountCredentials>().toEqualTypeOf<'clientId' | 'clientSecret'>();
    expectTypeOf<keyof AccessTokenCredentials>().toEqualTypeOf<'accessToken'>();
  });

  it('are complete', () => {
    expectTypeOf<{ publicKey: string }>().not.toExtend<AtlasCredentials>();
    expectTypeOf<{ clientId: string }>().not.toExtend<AtlasCredentials>();
    expectTypeOf<Record<never, never>>().not.toExtend<AtlasCredentials>();
    expectTypeOf<{ accessToken: undefined }>().not.toExtend<AtlasCredentials>();
  });

  it('may have a function that returns a token, async or not', () => {
    expectTypeOf<() => string>().toExtend<AccessTokenCredentials['accessToken']>();
    expectTypeOf<() => Promise<string>>().toExtend<AccessTokenCredentials['accessToken']>();
    expectTypeOf<() => number>().not.toExtend<AccessTokenCredentials['accessToken']>();
  });
});

it('a token store has get and set', () => {
  expectTypeOf<{ get(key: string): Promise<string | undefined> }>().not.toExtend<TokenStore>();
  expectTypeOf<{
    get<Value>(key: string): Promise<Value | undefined>;
    set<Value>(key: string, value: Value, ttl?: number): Promise<boolean>;
  }>().toExtend<TokenStore>();
});

describe('dispatcher', () => {
  it('accepts the agents of undici 7', () => {
    expectTypeOf<undici7.Agent | undici7.Pool | undici7.Client>().toExtend<DispatcherLike>();
    expectTypeOf<undici7.ProxyAgent | undici7.EnvHttpProxyAgent>().toExtend<DispatcherLike>();
    expectTypeOf<undici7.MockAgent | undici7.RetryAgent>().toExtend<DispatcherLike>();
    expectTypeOf(new undici7.Agent().compose(undici7.interceptors.dns())).toExtend<DispatcherLike>();
  });

  it('accepts the agents of undici 8', () => {
    expectTypeOf<undici8.Agent | undici8.Pool | undici8.Client>().toExtend<DispatcherLike>();
    expectTypeOf<undici8.ProxyAgent | undici8.EnvHttpProxyAgent>().toExtend<DispatcherLike>();
    expectTypeOf<undici8.MockAgent | undici8.RetryAgent>().toExtend<DispatcherLike>();
    expectTypeOf(new undici8.Agent().compose(undici8.interceptors.dns())).toExtend<DispatcherLike>();
  });

  it('accepts nothing without dispatch()', () => {
    expectTypeOf<{ request(url: string): Promise<unknown> }>().not.toExtend<DispatcherLike>();
    expectTypeOf<typeof fetch>().not.toExtend<DispatcherLike>();
  });
});

it('fetch accepts that of Node, the DOM and undici, and functions that call it', () => {
  expectTypeOf<typeof globalThis.fetch>().toExtend<FetchLike>();
  expectTypeOf<typeof undici7.fetch | typeof undici8.fetch>().toExtend<FetchLike>();
  const withHeader: FetchLike = (url, init) => fetch(url, { ...init, headers: { ...init.headers, 'x-a': 'b' } });
  expectTypeOf([withHeader, async () => Response.json({})]).toExtend<FetchLike[]>();
  expectTypeOf<() => Promise<undefined>>().not.toExtend<FetchLike>();
  expectTypeOf<undici7.Agent>().not.toExtend<FetchLike>();
});
