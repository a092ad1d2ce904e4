import { type } from 'arktype';
import * as v from 'valibot';
import { expectTypeOf, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import type { StandardSchema, TenantSnapshotsClient } from '../../src/index.js';

declare const client: TenantSnapshotsClient;
const path = '/api/atlas/v2/groups';

interface Group {
  name: string;
  created: Date;
  tags?: string[] | undefined;
}

it('get() and getAll() have the output type of a schema of zod 4', () => {
  const created = z.string().transform((text) => new Date(text));
  const schema = z.object({ name: z.string(), created, tags: z.array(z.string()).optional() });
  expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
});

it('get() and getAll() have the output type of a schema of zod 3.25', () => {
  const created = z3.string().transform((text) => new Date(text));
  const schema = z3.object({ name: z3.string(), created, tags: z3.array(z3.string()).optional() });
  expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
});

it('get() and getAll() have the output type of a schema of zod/mini', () => {
  const created = mini.pipe(
    mini.string(),
    mini.transform((text) => new Date(text)),
  );
  const schema = mini.object({ name: mini.string(), created, tags: mini.optional(mini.array(mini.string())) });
  expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
});

it('get() and getAll() have the output type of a schema of valibot, also of an asynchronous one', () => {
  const date = (text: string) => new Date(text);
  const name = v.string();
  const tags = v.optional(v.array(v.string()));
  const schema = v.object({ name, created: v.pipe(v.string(), v.transform(date)), tags });
  expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
  const created = v.pipeAsync(
    v.string(),
    v.transformAsync(async (text) => date(text)),
  );
  const asyncSchema = v.objectAsync({ name, created, tags });
  expectTypeOf(client.get(path, { schema: asyncSchema })).resolves.toEqualTypeOf<Group>();
});

it('get() and getAll() have the output type of a schema of arktype', () => {
  const created = type('string').pipe((text) => new Date(text));
  const schema = type({ name: 'string', created, 'tags?': 'string[] | undefined' });
  expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
});

it('get() and getAll() have the output type of a schema of no library', () => {
  const schema: StandardSchema<Group> = {
    '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { name: 'A', created: new Date() } }) },
  };
  expectTypeOf(client.get(path, { schema })).resolves.toEqualTypeOf<Group>();
  expectTypeOf(client.getAll(path, { schema })).resolves.toEqualTypeOf<Group[]>();
});

it('get() and getAll() take no object that is not a schema', () => {
  // @ts-expect-error
  void client.get(path, { schema: { parse: (value: unknown) => value } });
  // @ts-expect-error
  void client.get(path, { schema: (value: unknown) => value });
  // @ts-expect-error
  void client.getAll(path, { schema: (value: unknown) => value });
});
