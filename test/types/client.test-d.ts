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

/** Members of `T` that may be left out, and yet may not be undefined. */
type Stubborn<T> = {
  [K in keyof T]-?: object extends Pick<T, K> ? (undefined extends T[K] ? never : K) : never;
}[keyof T];

type Resolved<T> = Awaited<T>;

describe('a method', () => {
  it('takes the path values and then options', () => {
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

  it('gives a promise that knows its response', () => {
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

  it('of the client closes it, and so does its end of scope', () => {
    expectTypeOf<TenantSnapshotsClient>().toExtend<AsyncDisposable>();
    expectTypeOf<TenantSnapshotsClient['close']>().toEqualTypeOf<() => Promise<void>>();
  });
});

describe('options', () => {
  it('that may be left out may be undefined', () => {
    expectTypeOf<Stubborn<TenantSnapshotsClientOptions>>().toBeNever();
    expectTypeOf<Stubborn<CallOptions>>().toBeNever();
    expectTypeOf<Stubborn<WaitOptions>>().toBeNever();
    expectTypeOf<Stubborn<AtlasEmulatorOptions>>().toBeNever();
    expectTypeOf<Stubborn<ScriptedAnswer>>().toBeNever();
    expectTypeOf<Stubborn<TenantSnapshot>>().toBeNever();
  });

  it('may all be left out', () => {
    expectTypeOf<Record<never, never>>().toExtend<TenantSnapshotsClientOptions>();
    expectTypeOf<Record<never, never>>().toExtend<WaitOptions>();
    expectTypeOf<Record<never, never>>().toExtend<AtlasEmulatorOptions>();
  });

  it('name one endpoint, or leave the choice', () => {
    expectTypeOf<EndpointChoice>().toEqualTypeOf<'auto' | 'tenant' | 'flex'>();
    expectTypeOf<CallOptions['endpoint']>().toEqualTypeOf<EndpointChoice | undefined>();
    expectTypeOf<AtlasResponse['endpoint']>().toEqualTypeOf<'tenant' | 'flex' | undefined>();
  });
});

describe('a snapshot', () => {
  it('has dates for times', () => {
    expectTypeOf<TenantSnapshot['finishTime']>().toEqualTypeOf<Date | undefined>();
    expectTypeOf<TenantSnapshot['expiration']>().toEqualTypeOf<Date | undefined>();
  });

  it('may have a status that nobody here has heard of, and suggests those that are known', () => {
    expectTypeOf<string>().toExtend<SnapshotStatus>();
    expectTypeOf<'COMPLETED'>().toExtend<SnapshotStatus>();
    expectTypeOf<SnapshotStatus>().not.toEqualTypeOf<string>();
  });
});

describe('the emulator', () => {
  it('is closed by its end of scope', () => {
    expectTypeOf<AtlasEmulator>().toExtend<AsyncDisposable>();
    expectTypeOf<AtlasEmulator['url']>().toEqualTypeOf<string>();
  });
});
