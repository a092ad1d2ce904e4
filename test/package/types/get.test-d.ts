import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import type { AtlasPromise, AtlasResponse, StandardSchema, TenantSnapshotsClient } from '../../../src/index.js';

declare const client: TenantSnapshotsClient;
const path = '/api/atlas/v2/groups';
const date = (text: string) => new Date(text);

it('without a schema, get() and getAll() return unknown values', () => {
  expectTypeOf(client.get(path)).toEqualTypeOf<AtlasPromise<unknown>>();
  expectTypeOf(client.get(path, { query: { pageNum: 2 }, schema: undefined })).toEqualTypeOf<AtlasPromise<unknown>>();
  expectTypeOf(client.getAll(path)).toEqualTypeOf<AtlasPromise<unknown[]>>();
  expectTypeOf(client.getAll(path, { schema: undefined })).toEqualTypeOf<AtlasPromise<unknown[]>>();
});

it('withResponse() has the type of the data too', () => {
  const schema = z.string().transform(date);
  expectTypeOf(client.get(path, { schema, timeout: 5 }).withResponse()).resolves.toEqualTypeOf<{
    data: Date;
    response: AtlasResponse;
  }>();
  expectTypeOf(client.getAll(path, { schema, query: { itemsPerPage: 100 } }).withResponse()).resolves.toEqualTypeOf<{
    data: Date[];
    response: AtlasResponse;
  }>();
});

describe('get() and getAll() return the output type of a schema', () => {
  interface Group {
    name: string;
    created: Date;
    tags?: string[] | undefined;
  }

  it('of zod 4', () => {
    const created = z.string().transform(date);
    const schema = z.object({ name: z.string(), created, tags: z.array(z.string()).optional() });
    expectTypeOf(client.get(path, { schema })).toEqualTypeOf<AtlasPromise<Group>>();
    expectTypeOf(client.getAll(path, { schema })).toEqualTypeOf<AtlasPromise<Group[]>>();
  });

  it('of zod 3.25', () => {
    const created = z3.string().transform(date);
    const schema = z3.object({ name: z3.string(), created, tags: z3.array(z3.string()).optional() });
    expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  });

  it('of zod/mini', () => {
    const created = mini.pipe(mini.string(), mini.transform(date));
    const schema = mini.object({ name: mini.string(), created, tags: mini.optional(mini.array(mini.string())) });
    expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  });

  it('of valibot, also of an asynchronous one', () => {
    const [name, tags] = [v.string(), v.optional(v.array(v.string()))];
    const schema = v.object({ name, created: v.pipe(v.string(), v.transform(date)), tags });
    expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
    const transform = v.transformAsync(async (text: string) => date(text));
    const asyncSchema = v.objectAsync({ name, created: v.pipeAsync(v.string(), transform), tags });
    expectTypeOf(client.get(path, { schema: asyncSchema })).resolves.toEqualTypeOf<Group>();
  });

  it('of arktype', () => {
    const schema = type({ name: 'string', created: type('string').pipe(date), 'tags?': 'string[] | undefined' });
    expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  });

  it('of no library', () => {
    const schema: StandardSchema<Group> = {
      '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { name: 'A', created: new Date() } }) },
    };
    expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
    expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
  });
});

it('get() and getAll() take no object that is not a schema', () => {
  // @ts-expect-error
  void client.get(path, { schema: { parse: (value: unknown) => value } });
  // @ts-expect-error
  void client.get(path, { schema: (value: unknown) => value });
  // @ts-expect-error
  void client.getAll(path, { schema: (value: unknown) => value });
});

it('get() and getAll() take no endpoint', () => {
  // @ts-expect-error
  void client.get(path, { endpoint: 'flex' });
  // @ts-expect-error
  void client.getAll(path, { endpoint: 'flex' });
});
