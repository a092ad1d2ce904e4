import { expect, it } from 'vitest';
import { z } from 'zod';
import { compiled } from '../src/compiled.js';
import { tenantSnapshotSchema } from '../src/schemas.js';

it('is compiled once', () => {
  expect(compiled(tenantSnapshotSchema)).toBe(compiled(tenantSnapshotSchema));
  expect(compiled(tenantSnapshotSchema)).not.toBe(tenantSnapshotSchema);
  expect(compiled(z.string())).not.toBe(compiled(z.string()));
});

it.each<[name: string, body: unknown]>([
  ['a snapshot', { id: '5cc310ace5dc7ce369814bc8', status: 'NEW', startTime: '2019-04-26T14:07:53Z', more: [1] }],
  ['nulls', { id: null, finishTime: null, links: null }],
  ['hostile keys', JSON.parse('{"__proto__":{"polluted":true},"constructor":1}')],
  ['a wrong field', { id: 5, startTime: 'yesterday', links: [{ href: 1 }] }],
  ['no object', []],
])('takes and refuses what the schema does: %s', (_name, body) => {
  const copy = () => structuredClone(body);
  const own = tenantSnapshotSchema.safeParse(copy());
  const fast = compiled(tenantSnapshotSchema).safeParse(copy());
  expect(fast.success).toBe(own.success);
  expect(fast.data).toEqual(own.data);
  expect(fast.error?.issues).toEqual(own.error?.issues);
});
