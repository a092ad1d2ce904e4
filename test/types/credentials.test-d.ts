import { describe, expectTypeOf, it } from 'vitest';
import {
  type AccessTokenCredentials,
  type ApiKeyCredentials,
  type AtlasCredentials,
  type ServiceAccountCredentials,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
  type TokenStore,
} from '../../src/index.js';
import type { EmulatorCredentials } from '../../src/testing/index.js';

const key = { publicKey: 'public', privateKey: 'private' };
const account = { clientId: 'id', clientSecret: 'secret' };
const bearer = { accessToken: 'token' };

describe('credentials', () => {
  it('are of one kind', () => {
    expectTypeOf(key).toExtend<AtlasCredentials>();
    expectTypeOf(account).toExtend<AtlasCredentials>();
    expectTypeOf(bearer).toExtend<AtlasCredentials>();
  });

  it('of more than one kind do not compile', () => {
    // @ts-expect-error an API key and a service account
    new TenantSnapshotsClient({ credentials: { ...key, ...account } });
    // @ts-expect-error an API key and a bearer token
    new TenantSnapshotsClient({ credentials: { ...key, ...bearer } });
    // @ts-expect-error a service account and a bearer token
    new TenantSnapshotsClient({ credentials: { ...account, ...bearer } });
    // @ts-expect-error all three
    new TenantSnapshotsClient({ credentials: { ...key, ...account, ...bearer } });
    // @ts-expect-error a store is a separate option
    new TenantSnapshotsClient({ credentials: { ...account, tokenStore: new Map() } });
  });

  it('are complete', () => {
    expectTypeOf<{ publicKey: string }>().not.toExtend<AtlasCredentials>();
    expectTypeOf<{ clientId: string }>().not.toExtend<AtlasCredentials>();
    expectTypeOf<Record<never, never>>().not.toExtend<AtlasCredentials>();
    expectTypeOf<{ accessToken: undefined }>().not.toExtend<AtlasCredentials>();
  });

  it('may be missing or undefined', () => {
    expectTypeOf<undefined>().toExtend<TenantSnapshotsClientOptions['credentials']>();
    expectTypeOf(TenantSnapshotsClient).toBeConstructibleWith();
    expectTypeOf(TenantSnapshotsClient).toBeConstructibleWith({});
  });

  it('are narrowed by their fields', () => {
    const narrow = (credentials: AtlasCredentials) => {
      if (credentials.publicKey !== undefined) expectTypeOf(credentials).toEqualTypeOf<ApiKeyCredentials>();
      else if (credentials.accessToken !== undefined) expectTypeOf(credentials).toEqualTypeOf<AccessTokenCredentials>();
      else expectTypeOf(credentials).toEqualTypeOf<ServiceAccountCredentials>();
    };
    expectTypeOf(narrow).returns.toBeVoid();
  });

  it('of the emulator are valid for the client', () => {
    expectTypeOf<EmulatorCredentials[keyof EmulatorCredentials]>().toExtend<AtlasCredentials>();
  });

  it('accept a token, or a function that returns one, async or not', () => {
    expectTypeOf<() => string>().toExtend<AccessTokenCredentials['accessToken']>();
    expectTypeOf<() => Promise<string>>().toExtend<AccessTokenCredentials['accessToken']>();
    expectTypeOf<() => number>().not.toExtend<AccessTokenCredentials['accessToken']>();
  });

  it('accept a store with get and set', () => {
    expectTypeOf<TenantSnapshotsClientOptions['tokenStore']>().toEqualTypeOf<TokenStore | undefined>();
    expectTypeOf<{ get(key: string): Promise<string | undefined> }>().not.toExtend<TokenStore>();
    expectTypeOf<{
      get<Value>(key: string): Promise<Value | undefined>;
      set<Value>(key: string, value: Value, ttl?: number): Promise<boolean>;
    }>().toExtend<TokenStore>();
  });
});
