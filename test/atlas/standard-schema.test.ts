import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import * as mini from 'zod/mini';
import { z as z3 } from 'zod3';
import { isStandardSchema, parseWith, type StandardSchema } from '../../src/atlas/standard-schema.js';

const upper = (text: string) => text.toUpperCase();
const upperLater = async (text: string) => upper(text);
const thrown = new TypeError('cannot read that');
const fail = () => {
  throw thrown;
};
const failLater = async () => fail();

interface Clusters {
  results: { name: string }[];
}

/** The schemas of a library. */
interface Library {
  readonly name: string;
  /** Turn the names of clusters into upper case. A library whose schemas are always synchronous has one. */
  readonly valid: readonly StandardSchema<Clusters>[];
  /** Finds the names to be wrong. */
  readonly mismatched: StandardSchema<unknown>;
  readonly throwing: readonly StandardSchema<unknown>[];
}

const ofZod = <Name extends z.ZodType>(name: Name) => z.object({ results: z.array(z.object({ name })) });
const ofZod3 = <Name extends z3.ZodTypeAny>(name: Name) => z3.object({ results: z3.array(z3.object({ name })) });
const ofMini = <Name extends mini.ZodMiniType>(name: Name) =>
  mini.object({ results: mini.array(mini.object({ name })) });
const nameLater = v.pipeAsync(v.string(), v.transformAsync(upperLater));

const libraries: Library[] = [
  {
    name: 'zod 4',
    valid: [ofZod(z.string().transform(upper)), ofZod(z.string().transform(upperLater))],
    mismatched: ofZod(z.number()),
    throwing: [z.unknown().transform(fail), z.unknown().transform(failLater), z.unknown().refine(fail)],
  },
  {
    name: 'zod 3.25',
    valid: [ofZod3(z3.string().transform(upper)), ofZod3(z3.string().transform(upperLater))],
    mismatched: ofZod3(z3.number()),
    throwing: [z3.unknown().transform(fail), z3.unknown().transform(failLater)],
  },
  {
    name: 'zod/mini',
    valid: [mini.transform(upper), mini.transform(upperLater)].map((change) =>
      ofMini(mini.pipe(mini.string(), change)),
    ),
    mismatched: ofMini(mini.number()),
    throwing: [mini.transform(fail), mini.transform(failLater)],
  },
  {
    name: 'valibot',
    valid: [
      v.object({ results: v.array(v.object({ name: v.pipe(v.string(), v.transform(upper)) })) }),
      v.objectAsync({ results: v.arrayAsync(v.objectAsync({ name: nameLater })) }),
    ],
    mismatched: v.object({ results: v.array(v.object({ name: v.number() })) }),
    throwing: [v.pipe(v.unknown(), v.transform(fail)), v.pipeAsync(v.unknown(), v.transformAsync(failLater))],
  },
  {
    name: 'arktype',
    valid: [type({ results: type({ name: type('string').pipe(upper) }).array() })],
    mismatched: type({ results: type({ name: 'number' }).array() }),
    throwing: [type('unknown').pipe(fail)],
  },
];

it.each(libraries)('a schema of $name converts a value, names what is wrong with it, or throws', async (library) => {
  const value = { results: [{ name: 'Cluster0' }] };
  for (const schema of [...library.valid, library.mismatched, ...library.throwing]) {
    expect(isStandardSchema(schema)).toBe(true);
  }
  for (const schema of library.valid) {
    expect(await parseWith(schema, value)).toEqual({ success: true, data: { results: [{ name: 'CLUSTER0' }] } });
  }
  const issue = { path: ['results', 0, 'name'], message: expect.stringMatching(/number/i) };
  expect(await parseWith(library.mismatched, value)).toMatchObject({ success: false, error: { issues: [issue] } });
  const issues = [{ path: [], message: 'the schema threw an error; see the cause' }];
  for (const schema of library.throwing) {
    expect(await parseWith(schema, value)).toEqual({ success: false, error: { issues }, thrown });
  }
});

const validate = (value: unknown) => ({ value });

it.each<[name: string, value: unknown]>([
  ['null', null],
  ['undefined', undefined],
  ['text', 'string'],
  ['an empty object', {}],
  ['a function', () => true],
  ['a schema of a library that is too old', { parse: validate, safeParseAsync: validate }],
  ['a standard without a function', { '~standard': { version: 1, vendor: 'test', validate: {} } }],
  ['another version of the standard', { '~standard': { version: 2, vendor: 'test', validate } }],
])('%s is no schema', (_name, value) => {
  expect(isStandardSchema(value)).toBe(false);
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
