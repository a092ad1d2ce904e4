import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import type { AtlasPromise, AtlasResponse, GetOptions, QueryValue, TenantSnapshotsClient } from '../../src/index.js';

declare const client: TenantSnapshotsClient;

describe('the result of get()', () => {
  it('is unknown without a schema', () => {
    expectTypeOf(client.get('/api/atlas/v2/groups')).toEqualTypeOf<AtlasPromise<unknown>>();
    expectTypeOf(client.get('/api/atlas/v2/groups', { query: { pageNum: 2 } })).toEqualTypeOf<AtlasPromise<unknown>>();
    expectTypeOf(client.get('/api/atlas/v2/groups', { schema: undefined })).toEqualTypeOf<AtlasPromise<unknown>>();
  });

  it('has the type of the schema', () => {
    const schema = z.object({ results: z.array(z.object({ name: z.string() })) });
    const promise = client.get('/api/atlas/v2/groups', { schema });
    expectTypeOf(promise).toEqualTypeOf<AtlasPromise<{ results: { name: string }[] }>>();
    expectTypeOf(promise.withResponse()).resolves.toEqualTypeOf<{
      data: { results: { name: string }[] };
      response: AtlasResponse;
    }>();
  });

  it('has the type that the schema transforms into', () => {
    const schema = z.string().transform((text) => new Date(text));
    expectTypeOf(client.get('/api/atlas/v2/groups', { schema, timeout: 5 })).resolves.toEqualTypeOf<Date>();
  });
});

describe('the result of getAll()', () => {
  it('is a list of unknown items without a schema', () => {
    expectTypeOf(client.getAll('/api/atlas/v2/groups')).toEqualTypeOf<AtlasPromise<unknown[]>>();
    expectTypeOf(client.getAll('/api/atlas/v2/groups', { schema: undefined })).toEqualTypeOf<AtlasPromise<unknown[]>>();
  });

  it('is a list of the type that the schema transforms an item into', () => {
    const schema = z.object({ created: z.string().transform((text) => new Date(text)) });
    const promise = client.getAll('/api/atlas/v2/groups', { schema, query: { itemsPerPage: 100 }, timeout: 5 });
    expectTypeOf(promise).toEqualTypeOf<AtlasPromise<{ created: Date }[]>>();
    expectTypeOf(promise.withResponse()).resolves.toEqualTypeOf<{
      data: { created: Date }[];
      response: AtlasResponse;
    }>();
  });
});

describe('the options of get() and getAll()', () => {
  it('do not include endpoint', () => {
    expectTypeOf<GetOptions>().not.toHaveProperty('endpoint');
    // @ts-expect-error
    void client.get('/api/atlas/v2/groups', { endpoint: 'flex' });
    // @ts-expect-error
    void client.getAll('/api/atlas/v2/groups', { endpoint: 'flex' });
  });

  it('may all be undefined', () => {
    expectTypeOf<{ [K in keyof Required<GetOptions>]: undefined }>().toExtend<GetOptions>();
  });

  it('have a query of simple values and of arrays of them', () => {
    expectTypeOf<QueryValue>().toEqualTypeOf<string | number | boolean>();
    expectTypeOf<GetOptions['query']>().toEqualTypeOf<
      Record<string, QueryValue | readonly QueryValue[] | undefined> | undefined
    >();
  });
});
