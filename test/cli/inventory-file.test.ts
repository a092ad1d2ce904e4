import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, expect, it } from 'vitest';
import { readInventory, writeInventory } from '../../src/cli/inventory-file.js';
import { openFolder } from '../support/open-folder.js';
import { ofShop, shop } from './support/reports.js';

const read = () => readInventory(file);
const since = '2026-07-01T06:17:00.000Z';
const line = (name: string) =>
  `{"groupId":"${shop}","groupName":"Web Shop","clusterName":"${name}","clusterType":"flex","clusterId":"x","since":"${since}"}\n`;
let file = '';
beforeEach(() => {
  file = join(openFolder(), 'inventory.jsonl');
});

it('an inventory has one cluster a line, sorted, and is written only if it changes', async () => {
  expect(await read()).toEqual({ status: 'empty', file });
  const entries = ['b', 'a'].map((name) => ({ since, clusterId: 'x', ...ofShop(name) }));
  expect(writeInventory(file, entries)).toBeUndefined();
  const text = line('a') + line('b');
  expect(readFileSync(file, 'utf8')).toBe(text);

  const { ino } = statSync(file);
  expect(await read()).toEqual({ status: 'read', file, text, entries: entries.reverse() });
  expect(writeInventory(file, entries, text)).toBeUndefined();
  expect(statSync(file).ino).toBe(ino);
});

it.each([
  ['the last line break', (text: string) => text.trimEnd()],
  ['line breaks of Windows', (text: string) => text.replaceAll('\n', '\r\n')],
  ['empty lines', (text: string) => `\n${text}\n`],
])('an editor may change %s', async (_what, edit) => {
  writeFileSync(file, edit(line('a') + line('b')));
  expect(await read()).toMatchObject({ status: 'read', entries: [{ clusterName: 'a' }, { clusterName: 'b' }] });
});

it.each([
  ['is cut', line('a') + line('b').slice(0, -9), 2],
  ['has an odd cluster', `${line('a')}{}\n${line('b')}`, 2],
  ['has an odd time', line('a').replace(since, '2026-07-01'), 1],
  ['is another file', '{\n  "formatVersion": 1\n}\n', 1],
])('a file that %s is no inventory', async (_what, text, number) => {
  writeFileSync(file, text);
  const why = expect.stringMatching(`^was left as it is: line ${number} is not a cluster`);
  expect(await read()).toEqual({ status: 'broken', file, why });
});

it('an empty file counts as missing', async () => {
  writeFileSync(file, '\n');
  expect(await read()).toEqual({ status: 'empty', file });
});

it('a file that cannot be read or written says why', async () => {
  mkdirSync(file);
  const why = expect.stringMatching(/^cannot be read: EISDIR/);
  expect(await read()).toEqual({ status: 'broken', file, why });
  expect(writeInventory(join(file, 'missing', 'inventory.jsonl'), [])).toMatch(/^could not be written: ENOENT/);
});
