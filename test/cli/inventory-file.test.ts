import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readInventory, writeInventory } from '../../src/cli/inventory-file.js';
import { openFolder } from '../support/open-folder.js';
import { ofShop } from './support/reports.js';

const { signal } = new AbortController();
let file = '';
beforeEach(() => {
  file = join(openFolder(), 'inventory.json');
});

it('an inventory is new, and then what was written', async () => {
  expect(await readInventory(file, signal)).toEqual({ type: 'new', file });
  const clusters = [{ since: '2026-07-01', clusterId: 'x', ...ofShop('a') }];
  expect(writeInventory(file, clusters)).toBeUndefined();
  expect(await readInventory(file, signal)).toEqual({ type: 'read', file, clusters });
  const keys = ['groupId', 'groupName', 'clusterName', 'clusterType', 'clusterId', 'since'];
  expect(Object.keys(JSON.parse(readFileSync(file, 'utf8')).clusters[0])).toEqual(keys);
});

it.each([
  ['is empty', ''],
  ['is cut', '{"formatVersion": 1, "clusters": ['],
  ['is of another format', '{"formatVersion": 2, "clusters": []}'],
  ['has odd clusters', '{"formatVersion": 1, "clusters": [{}]}'],
  ['is a report', '{"formatVersion": 1, "findings": []}'],
])('a file that %s is no inventory', async (_what, text) => {
  writeFileSync(file, text);
  const failure = expect.stringMatching(/^is not an inventory, and was left unchanged\. /);
  expect(await readInventory(file, signal)).toEqual({ type: 'broken', file, failure });
});

it('a file that cannot be read or written says why', async () => {
  mkdirSync(file);
  const failure = expect.stringMatching(/^cannot be read: EISDIR/);
  expect(await readInventory(file, signal)).toEqual({ type: 'broken', file, failure });
  expect(writeInventory(join(file, 'missing', 'inventory.json'), [])).toMatch(/^could not be written: ENOENT/);
});
