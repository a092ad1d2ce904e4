import { type } from 'arktype';
import * as v from 'valibot';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { z as z3 } from 'zod3';
import { isStandardSchema, parseWith, type StandardSchema } from '../../../src/client/atlas/standard-schema.js';

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

const ofZod = <Name extends z.ZodType>(name: Name) => z.object({ results: z.array(z.object({ name })) });
const ofZod3 = <Name extends z3.ZodTypeAny>(name: Name) => z3.object({ results: z3.array(z3.object({ name })) });
const ofValibot = <Name extends v.GenericSchema>(name: Name) => v.object({ results: v.array(v.object({ name })) });
const nameLater = v.pipeAsync(v.string(), v.transformAsync(upperLater));

/** Schemas that turn the names of clusters into upper case, at once or later; one that finds them wrong; and some that throw. */
type Library = [
  name: string,
  valid: StandardSchema<Clusters>[],
  mismatched: StandardSchema<unknown>,
  throwing: StandardSchema<unknown>[],
];

it.each<Library>([
  [
    'zod 4',
    [ofZod(z.string().transform(upper)), ofZod(z.string().transform(upperLater))],
    ofZod(z.number()),
    [
      z.unknown().transform(fail),
      z.unknown().transform(failLater),
      z.unknown().refine(fail),
      z.string({ error: fail }),
    ],
  ],
  [
    'zod 3.25',
    [ofZod3(z3.string().transform(upper)), ofZod3(z3.string().transform(upperLater))],
    ofZod3(z3.number()),
    [z3.unknown().transform(fail), z3.unknown().transform(failLater)],
  ],
  [
    'valibot',
    [
      ofValibot(v.pipe(v.string(), v.transform(upper))),
      v.objectAsync({ results: v.arrayAsync(v.objectAsync({ name: nameLater })) }),
    ],
    ofValibot(v.number()),
    [v.pipe(v.unknown(), v.transform(fail)), v.pipeAsync(v.unknown(), v.transformAsync(failLater))],
  ],
  [
    'arktype',
    [type({ results: type({ name: type('string').pipe(upper) }).array() })],
    type({ results: type({ name: 'number' }).array() }),
    [type('unknown').pipe(fail)],
  ],
])(
  'a schema of %s converts a value, names what is wrong with it, or throws',
  async (_name, valid, mismatched, throwing) => {
    const value = { results: [{ name: 'Cluster0' }] };
    for (const schema of [...valid, mismatched, ...throwing]) expect(isStandardSchema(schema)).toBe(true);
    for (const schema of valid) {
      expect(await parseWith(schema, value)).toEqual({ success: true, data: { results: [{ name: 'CLUSTER0' }] } });
    }
    const issue = { path: ['results', 0, 'name'], message: expect.stringMatching(/number/i) };
    expect(await parseWith(mismatched, value)).toMatchObject({ success: false, error: { issues: [issue] } });
    const issues = [{ path: [], message: 'the schema threw an error; see the cause' }];
    for (const schema of throwing) {
      expect(await parseWith(schema, value)).toEqual({ success: false, error: { issues }, thrown });
    }
  },
);

const validate = (value: unknown) => ({ value });
const standard = { version: 1, vendor: 'test', validate } as const;

it('a schema that throws when it is read is one that throws', async () => {
  const schema = Object.defineProperty({ '~standard': standard }, '~standard', { get: fail });
  expect(await parseWith(schema, 'json')).toMatchObject({ success: false, thrown });
});

it.each<unknown>([
  ...[null, undefined, 'string', {}, () => true],
  // Of a library that is too old, without a function, and of another version of the standard.
  { parse: validate, safeParseAsync: validate },
  { '~standard': { version: 1, vendor: 'test', validate: {} } },
  { '~standard': { version: 2, vendor: 'test', validate } },
])('%o is no schema', (value) => {
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
});
