import * as undici7 from 'undici';
import * as undici8 from 'undici8';
import { describe, expectTypeOf, it } from 'vitest';
import type { DispatcherLike, TenantSnapshotsClientOptions } from '../../src/index.js';

type DispatcherOption = TenantSnapshotsClientOptions['dispatcher'];

describe('dispatcher', () => {
  it('accepts the agents of undici 7', () => {
    expectTypeOf<undici7.Agent>().toExtend<DispatcherOption>();
    expectTypeOf<undici7.Pool>().toExtend<DispatcherOption>();
    expectTypeOf<undici7.Client>().toExtend<DispatcherOption>();
    expectTypeOf<undici7.ProxyAgent>().toExtend<DispatcherOption>();
    expectTypeOf<undici7.EnvHttpProxyAgent>().toExtend<DispatcherOption>();
    expectTypeOf<undici7.MockAgent>().toExtend<DispatcherOption>();
    expectTypeOf<undici7.RetryAgent>().toExtend<DispatcherOption>();
    expectTypeOf(new undici7.Agent().compose(undici7.interceptors.dns())).toExtend<DispatcherOption>();
  });

  it('accepts the agents of undici 8', () => {
    expectTypeOf<undici8.Agent>().toExtend<DispatcherOption>();
    expectTypeOf<undici8.Pool>().toExtend<DispatcherOption>();
    expectTypeOf<undici8.Client>().toExtend<DispatcherOption>();
    expectTypeOf<undici8.ProxyAgent>().toExtend<DispatcherOption>();
    expectTypeOf<undici8.EnvHttpProxyAgent>().toExtend<DispatcherOption>();
    expectTypeOf<undici8.MockAgent>().toExtend<DispatcherOption>();
    expectTypeOf<undici8.RetryAgent>().toExtend<DispatcherOption>();
    expectTypeOf(new undici8.Agent().compose(undici8.interceptors.dns())).toExtend<DispatcherOption>();
  });

  it('needs a structural type, as the types of undici 7 and 8 are incompatible', () => {
    expectTypeOf<undici8.Agent>().not.toExtend<undici7.Dispatcher>();
  });

  it('accepts any object with dispatch(), and nothing else', () => {
    expectTypeOf<{ dispatch: DispatcherLike['dispatch'] }>().toExtend<DispatcherOption>();
    expectTypeOf<{ request(url: string): Promise<unknown> }>().not.toExtend<DispatcherOption>();
    expectTypeOf<typeof fetch>().not.toExtend<DispatcherOption>();
  });
});
