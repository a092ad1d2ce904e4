import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { parseWith, type StandardSchema } from '../../src/atlas/standard-schema.js';
import { AtlasInvalidArgumentError, AtlasInvalidResponseError } from '../../src/index.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { scriptedDispatcher } from '../support/scripted-dispatcher.js';

const path = '/api/atlas/v2/groups';

function open() {
  const dispatcher = scriptedDispatcher({ body: { results: [{ name: 'Cluster0', stateName: 'IDLE' }] } });
  return { dispatcher, client: openClient({ dispatcher }) };
}

const upper = (text: string) => text.toUpperCase();
const upperLater = async (text: string) => upper(text);
const thrown = new TypeError('cannot read that');
const fail = () => {
  throw thrown;
};
const failLater = async () => fail();

/** The page of a list whose items have this name. */
interface Library {
  readonly name: string;
  /** Turns the name into upper case. */
  readonly sync: StandardSchema<unknown>;
  /** Does so asynchronously; absent for a library whose schemas are always synchronous. */
  readonly async?: StandardSchema<unknown>;
  /** Finds the name to be wrong. */
  readonly mismatched: StandardSchema<unknown>;
  readonly throwing: readonly StandardSchema<unknown>[];
}

const ofZod = (name: z.ZodType) => z.object({ results: z.array(z.object({ name })) });
const ofZod3 = (name: z3.ZodTypeAny) => z3.object({ results: z3.array(z3.object({ name })) });
const ofMini = (name: mini.ZodMiniType) => mini.object({ results: mini.array(mini.object({ name })) });

const libraries: Library[] = [
  {
    name: 'zod 4',
    sync: ofZod(z.string().transform(upper)),
    async: ofZod(z.string().transform(upperLater)),
    mismatched: ofZod(z.number()),
    throwing: [z.unknown().transform(fail), z.unknown().transform(failLater), z.unknown().refine(fail)],
  },
  {
    name: 'zod 3.25',
    sync: ofZod3(z3.string().transform(upper)),
    async: ofZod3(z3.string().transform(upperLater)),
    mismatched: ofZod3(z3.number()),
    throwing: [z3.unknown().transform(fail), z3.unknown().transform(failLater)],
  },
  {
    name: 'zod/mini',
    sync: ofMini(mini.pipe(mini.string(), mini.transform(upper))),
    async: ofMini(mini.pipe(mini.string(), mini.transform(upperLater))),
    mismatched: ofMini(mini.number()),
    throwing: [mini.transform(fail), mini.transform(failLater)],
  },
  {
    name: 'valibot',
    sync: v.object({ results: v.array(v.object({ name: v.pipe(v.string(), v.transform(upper)) })) }),
    async: v.objectAsync({
      results: v.arrayAsync(v.objectAsync({ name: v.pipeAsync(v.string(), v.transformAsync(upperLater)) })),
    }),
    mismatched: v.object({ results: v.array(v.object({ name: v.number() })) }),
    throwing: [v.pipe(v.unknown(), v.transform(fail)), v.pipeAsync(v.unknown(), v.transformAsync(failLater))],
  },
  {
    name: 'arktype',
    sync: type({ results: type({ name: type('string').pipe(upper) }).array() }),
    mismatched: type({ results: type({ name: 'number' }).array() }),
    throwing: [type('unknown').pipe(fail)],
  },
];

describe.each(libraries)('a schema of $name', ({ sync, async, mismatched, throwing }) => {
  it('parses the result of get()', async () => {
    const { client } = open();
    for (const schema of async === undefined ? [sync] : [sync, async]) {
      expect(await client.get(path, { schema })).toMatchObject({ results: [{ name: 'CLUSTER0' }] });
    }
  });

  it('that does not match leads to INVALID_RESPONSE, without a retry', async () => {
    const { dispatcher, client } = open();
    const error = await rejection(client.get(path, { schema: mismatched }), AtlasInvalidResponseError);
    expect(error).toMatchObject({ operation: 'get', attempts: 1 });
    expect(error.issues).toEqual([{ path: 'results.0.name', message: expect.stringMatching(/number/i) }]);
    expect(dispatcher.requests).toHaveLength(1);
  });

  it('that throws leads to INVALID_RESPONSE with the thrown error as its cause', async () => {
    const { client } = open();
    for (const schema of throwing) {
      const error = await rejection(client.get(path, { schema }), AtlasInvalidResponseError);
      expect(error).toMatchObject({ operation: 'get', attempts: 1, cause: thrown });
      expect(error.issues).toEqual([{ path: '', message: 'the schema threw an error; see the cause' }]);
    }
  });
});

const validate = (value: unknown) => ({ value });

it.each<[name: string, schema: unknown]>([
  ['null', null],
  ['text', 'string'],
  ['an empty object', {}],
  ['a function', () => true],
  ['a schema of a library that is too old', { parse: validate, safeParseAsync: validate }],
  ['a standard without a function', { '~standard': { version: 1, vendor: 'test', validate: {} } }],
  ['another version of the standard', { '~standard': { version: 2, vendor: 'test', validate } }],
])('%s is no schema', async (_name, schema) => {
  const { dispatcher, client } = open();
  // A caller without types may pass anything.
  const error = await rejection(client.get(path, { schema: schema as never }), AtlasInvalidArgumentError);
  expect(error.issues).toMatchObject([{ path: 'schema', message: expect.stringContaining('Standard Schema') }]);
  expect(dispatcher.requests).toHaveLength(0);
});

describe('the result of a schema', () => {
  const parse = (result: unknown) =>
    // The result may be anything: a schema need not be typed.
    parseWith({ '~standard': { version: 1, vendor: 'test', validate: () => result as never } }, 'json');

  it.each<[name: string, issue: object, path: PropertyKey[]]>([
    ['without a path', {}, []],
    ['with an undefined path', { path: undefined }, []],
    ['with keys', { path: ['results', 0, Symbol.iterator] }, ['results', 0, Symbol.iterator]],
    ['with objects that hold the keys', { path: [{ key: 'results' }, { key: 0 }, 'id'] }, ['results', 0, 'id']],
  ])('may have an issue %s', async (_name, issue, expected) => {
    const parsed = await parse({ issues: [{ message: 'wrong', ...issue }] });
    expect(parsed).toEqual({ success: false, error: { issues: [{ path: expected, message: 'wrong' }] } });
  });

  it.each([undefined, null, { issues: [null] }, { issues: [{ message: 'wrong', path: [null] }] }])(
    'that breaks the standard counts as thrown: %j',
    async (result) => {
      expect(await parse(result)).toMatchObject({ success: false, thrown: expect.any(TypeError) });
    },
  );
});
