import { describe, expectTypeOf, it } from 'vitest';
import type {
  AtlasPromise,
  AtlasResponse,
  CallOptions,
  EndpointChoice,
  SnapshotStatus,
  TenantSnapshot,
  TenantSnapshotsClient,
  TenantSnapshotsClientOptions,
  WaitOptions,
} from '../../src/index.js';
import type { AtlasEmulator, AtlasEmulatorOptions, ScriptedAnswer } from '../../src/testing/index.js';

/** Members of `T` that are optional, but may not be undefined. */
type Stubborn<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? (undefined extends T[K] ? never : K) : never;
}[keyof T];

type Resolved<T> = Awaited<T>;

describe('a method', () => {
  it('has the path values and the options as its parameters', () => {
    expectTypeOf<TenantSnapshotsClient['getTenantSnapshot']>().parameters.toEqualTypeOf<
      [groupId: string, clusterName: string, snapshotId: string, options?: CallOptions]
    >();
    expectTypeOf<TenantSnapshotsClient['listTenantSnapshots']>().parameters.toEqualTypeOf<
      [groupId: string, clusterName: string, options?: CallOptions]
    >();
    expectTypeOf<TenantSnapshotsClient['waitForTenantSnapshot']>().parameters.toEqualTypeOf<
      [groupId: string, clusterName: string, snapshotId: string, options?: WaitOptions]
    >();
  });

  it('returns a promise with withResponse()', () => {
    expectTypeOf<TenantSnapshotsClient['getTenantSnapshot']>().returns.toEqualTypeOf<AtlasPromise<TenantSnapshot>>();
    expectTypeOf<TenantSnapshotsClient['listTenantSnapshots']>().returns.toEqualTypeOf<
      AtlasPromise<TenantSnapshot[]>
    >();
    expectTypeOf<TenantSnapshotsClient['waitForTenantSnapshot']>().returns.toEqualTypeOf<
      AtlasPromise<TenantSnapshot>
    >();
    expectTypeOf<AtlasPromise<TenantSnapshot>>().toExtend<Promise<TenantSnapshot>>();
    expectTypeOf<Resolved<ReturnType<AtlasPromise<1>['withResponse']>>>().toEqualTypeOf<{
      data: 1;
      response: AtlasResponse;
    }>();
  });

  it('closes the client, explicitly or by `await using`', () => {
    expectTypeOf<TenantSnapshotsClient>().toExtend<AsyncDisposable>();
    expectTypeOf<TenantSnapshotsClient['close']>().toEqualTypeOf<() => Promise<void>>();
  });
});

describe('options', () => {
  it('may be undefined if they are optional', () => {
    expectTypeOf<Stubborn<TenantSnapshotsClientOptions>>().toBeNever();
    expectTypeOf<Stubborn<CallOptions>>().toBeNever();
    expectTypeOf<Stubborn<WaitOptions>>().toBeNever();
    expectTypeOf<Stubborn<AtlasEmulatorOptions>>().toBeNever();
    expectTypeOf<Stubborn<ScriptedAnswer>>().toBeNever();
    expectTypeOf<Stubborn<TenantSnapshot>>().toBeNever();
  });

  it('are all optional', () => {
    expectTypeOf<Record<never, never>>().toExtend<TenantSnapshotsClientOptions>();
    expectTypeOf<Record<never, never>>().toExtend<WaitOptions>();
    expectTypeOf<Record<never, never>>().toExtend<AtlasEmulatorOptions>();
  });

  it('have one endpoint, or auto', () => {
    expectTypeOf<EndpointChoice>().toEqualTypeOf<'auto' | 'tenant' | 'flex'>();
    expectTypeOf<CallOptions['endpoint']>().toEqualTypeOf<EndpointChoice | undefined>();
    expectTypeOf<AtlasResponse['endpoint']>().toEqualTypeOf<'tenant' | 'flex' | undefined>();
  });
});

describe('a snapshot', () => {
  it('has Date values as its times', () => {
    expectTypeOf<TenantSnapshot['finishTime']>().toEqualTypeOf<Date | undefined>();
    expectTypeOf<TenantSnapshot['expiration']>().toEqualTypeOf<Date | undefined>();
  });

  it('may have an unknown status, while editors suggest the known ones', () => {
    expectTypeOf<string>().toExtend<SnapshotStatus>();
    expectTypeOf<'COMPLETED'>().toExtend<SnapshotStatus>();
    expectTypeOf<SnapshotStatus>().not.toEqualTypeOf<string>();
  });
});

describe('the emulator', () => {
  it('can be closed by `await using`', () => {
    expectTypeOf<AtlasEmulator>().toExtend<AsyncDisposable>();
    expectTypeOf<AtlasEmulator['url']>().toEqualTypeOf<string>();
  });
});
