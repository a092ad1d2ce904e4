import { describe, expect, it } from 'vitest';
import { clusterNameSchema, groupIdSchema, snapshotIdSchema } from '../../src/index.js';

const id = '0123456789abcdef01234567';
const mustBeHex = 'must be 24 lowercase hexadecimal digits';
const mustBeName = 'must contain only letters, digits and hyphens, and start with a letter or digit';

it('a snapshot ID has the form of a project ID', () => {
  expect(snapshotIdSchema).toBe(groupIdSchema);
});

describe('groupIdSchema', () => {
  it.each(['0'.repeat(24), 'f'.repeat(24), id])('accepts %s', (value) => {
    expect(groupIdSchema.parse(value)).toBe(value);
  });

  it.each([
    ...['', id.slice(1), `${id}0`, id + id, id.toUpperCase(), id.replace('a', 'g'), `../${id}`.slice(0, 24)],
    ...[`${id}\n`, `\n${id}`, `${id}\r`, `${id}\nx`, ` ${id}`, '１'.repeat(24)],
  ])('rejects %j', (value) => {
    expect(groupIdSchema.safeParse(value).error?.issues).toMatchObject([{ message: mustBeHex }]);
  });
});

describe('clusterNameSchema', () => {
  it.each(['a', '0', 'Z9', 'a-', 'my-cluster-01', 'My-Cluster-1', 'x'.repeat(64)])('accepts %s', (name) => {
    expect(clusterNameSchema.parse(name)).toBe(name);
  });

  it.each([
    ...['', '-Cluster0', 'Cluster_0', 'Cluster.0', 'Cluster0/..', 'Cluster0?envelope=true', 'Cluster0#', 'Cluster%30'],
    ...['Cluster 0', 'Cluster0\n', 'Cluster0\r\nX-Evil: 1', 'Clustér0'],
  ])('rejects %j', (name) => {
    expect(clusterNameSchema.safeParse(name).error?.issues).toMatchObject([{ message: mustBeName }]);
  });
});

// Some of it prints as a valid value.
it.each([undefined, null, 24, 24n, true, Symbol('id'), [id], () => id, { toString: () => id }, new String(id)])(
  '%s is no string, so it is neither an ID nor a cluster name',
  (value) => {
    for (const schema of [groupIdSchema, clusterNameSchema]) {
      expect(schema.safeParse(value).error?.issues).toMatchObject([{ message: 'must be a string' }]);
    }
  },
);
