import * as undici7 from 'undici';
import * as undici8 from 'undici8';
import { describe, expectTypeOf, it } from 'vitest';
import type { DispatcherLike, TenantSnapshotsClientOptions } from '../../src/index.js';

type Fits = TenantSnapshotsClientOptions['dispatcher'];

describe('dispatcher', () => {
  it('takes the agents of undici 7', () => {
    expectTypeOf<undici7.Agent>().toExtend<Fits>();
    expectTypeOf<undici7.Pool>().toExtend<Fits>();
    expectTypeOf<undici7.Client>().toExtend<Fits>();
    expectTypeOf<undici7.ProxyAgent>().toExtend<Fits>();
    expectTypeOf<undici7.EnvHttpProxyAgent>().toExtend<Fits>();
    expectTypeOf<undici7.MockAgent>().toExtend<Fits>();
    expectTypeOf<undici7.RetryAgent>().toExtend<Fits>();
    expectTypeOf(new undici7.Agent().compose(undici7.interceptors.dns())).toExtend<Fits>();
  });

  it('takes the agents of undici 8', () => {
    expectTypeOf<undici8.Agent>().toExtend<Fits>();
    expectTypeOf<undici8.Pool>().toExtend<Fits>();
    expectTypeOf<undici8.Client>().toExtend<Fits>();
    expectTypeOf<undici8.ProxyAgent>().toExtend<Fits>();
    expectTypeOf<undici8.EnvHttpProxyAgent>().toExtend<Fits>();
    expectTypeOf<undici8.MockAgent>().toExtend<Fits>();
    expectTypeOf<undici8.RetryAgent>().toExtend<Fits>();
    expectTypeOf(new undici8.Agent().compose(undici8.interceptors.dns())).toExtend<Fits>();
  });

  it('needs the structural type for it', () => {
    expectTypeOf<undici8.Agent>().not.toExtend<undici7.Dispatcher>();
  });

  it('takes what can dispatch, and nothing else', () => {
    expectTypeOf<{ dispatch: DispatcherLike['dispatch'] }>().toExtend<Fits>();
    expectTypeOf<{ request(url: string): Promise<unknown> }>().not.toExtend<Fits>();
    expectTypeOf<typeof fetch>().not.toExtend<Fits>();
  });
});
