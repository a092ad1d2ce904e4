// `npm run types` compiles this. What get() and getAll() return.
import { type } from 'arktype';
import * as v from 'valibot';
import { expectTypeOf } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import type { AtlasPromise, AtlasResponse, StandardSchema, TenantSnapshotsClient } from '../../../src/index.js';

declare const client: TenantSnapshotsClient;
const path = '/api/atlas/v2/groups';
const date = (text: string) => new Date(text);

// Unknown values without a schema.
expectTypeOf(client.get(path, { query: { pageNum: 2 }, schema: undefined })).toEqualTypeOf<AtlasPromise<unknown>>();
expectTypeOf(client.getAll(path, { schema: undefined })).toEqualTypeOf<AtlasPromise<unknown[]>>();

// The output type of a schema.
interface Group {
  name: string;
  created: Date;
  tags?: string[] | undefined;
}

const ofZod4 = z.object({
  name: z.string(),
  created: z.string().transform(date),
  tags: z.array(z.string()).optional(),
});
expectTypeOf(client.get(path, { schema: ofZod4 })).toEqualTypeOf<AtlasPromise<Group>>();
expectTypeOf(client.getAll(path, { schema: ofZod4 })).toEqualTypeOf<AtlasPromise<Group[]>>();
expectTypeOf(client.get(path, { schema: ofZod4 }).withResponse()).resolves.toEqualTypeOf<{
  data: Group;
  response: AtlasResponse;
}>();

const ofZod3 = z3.object({
  name: z3.string(),
  created: z3.string().transform(date),
  tags: z3.array(z3.string()).optional(),
});
expectTypeOf(client.get(path, { schema: ofZod3 })).resolves.toEqualTypeOf<Group>();

const ofMini = mini.object({
  name: mini.string(),
  created: mini.pipe(mini.string(), mini.transform(date)),
  tags: mini.optional(mini.array(mini.string())),
});
expectTypeOf(client.get(path, { schema: ofMini })).resolves.toEqualTypeOf<Group>();

const ofValibot = v.objectAsync({
  name: v.string(),
  created: v.pipeAsync(
    v.string(),
    v.transformAsync(async (text: string) => date(text)),
  ),
  tags: v.optional(v.array(v.string())),
});
expectTypeOf(client.get(path, { schema: ofValibot })).resolves.toEqualTypeOf<Group>();

const ofArktype = type({ name: 'string', created: type('string').pipe(date), 'tags?': 'string[] | undefined' });
expectTypeOf(client.get(path, { schema: ofArktype })).resolves.toEqualTypeOf<Group>();

const ofNoLibrary: StandardSchema<Group> = {
  '~standard': { version: 1, vendor: 'test', validate: () => ({ value: { name: 'A', created: new Date() } }) },
};
expectTypeOf(client.getAll(path, { schema: ofNoLibrary })).resolves.toEqualTypeOf<Group[]>();

// @ts-expect-error not a schema
void client.get(path, { schema: { parse: (value: unknown) => value } });
// @ts-expect-error not a schema
void client.getAll(path, { schema: (value: unknown) => value });
// @ts-expect-error the path says which endpoint it is
void client.get(path, { endpoint: 'flex' });
