import { expect, it } from 'vitest';
import type * as z from 'zod';
import { clusterNameSchema, groupIdSchema, snapshotIdSchema } from '../../../src/client/index.js';

const id = '0123456789abcdef01234567';
const goodIds = ['0'.repeat(24), 'f'.repeat(24), id];
const badIds = [
  ...['', id.slice(1), `${id}0`, id + id, id.toUpperCase(), id.replace('a', 'g'), `../${id}`.slice(0, 24)],
  ...[`${id}\n`, `\n${id}`, `${id}\r`, `${id}\nx`, ` ${id}`, '１'.repeat(24)],
];
const goodNames = ['a', '0', 'Z9', 'a-', 'my-cluster-01', 'My-Cluster-1', 'x'.repeat(64)];
const badNames = [
  ...['', '-Cluster0', 'Cluster_0', 'Cluster.0', 'Cluster0/..', 'Cluster0?envelope=true', 'Cluster0#', 'Cluster%30'],
  ...['Cluster 0', 'Cluster0\n', 'Cluster0\r\nX-Evil: 1', 'Clustér0'],
];
const mustBeHex = 'must be 24 lowercase hexadecimal digits';
const mustBeName = 'must contain only letters, digits and hyphens, and start with a letter or digit';
// Some of it prints as a valid value.
const notText = [undefined, null, 24, 24n, true, Symbol('id'), [id], () => id, { toString: () => id }, new String(id)];

it.each<[name: string, schema: z.ZodType<string>, good: string[], bad: string[], problem: string]>([
  ['project ID', groupIdSchema, goodIds, badIds, mustBeHex],
  ['snapshot ID', snapshotIdSchema, goodIds, badIds, mustBeHex],
  ['cluster name', clusterNameSchema, goodNames, badNames, mustBeName],
])('a %s is checked, and what is wrong is said in one sentence', (_name, schema, good, bad, problem) => {
  const problemsOf = (value: unknown) => schema.safeParse(value).error?.issues.map(({ message }) => message);
  for (const value of good) expect(schema.parse(value)).toBe(value);
  for (const value of bad) expect([value, problemsOf(value)]).toEqual([value, [problem]]);
  for (const value of notText) expect([value, problemsOf(value)]).toEqual([value, ['must be a string']]);
});
