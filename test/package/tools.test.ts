import { expect, inject, it } from 'vitest';
import { command } from '../support/command.js';

const tarball = inject('tarball');

it.each([
  ['the report in test/api has the public declarations', process.execPath, ['test/api/report.mjs'], ''],
  ['TypeDoc warns of nothing', 'node_modules/.bin/typedoc', ['--emit', 'none'], ''],
  ['publint finds no problem', 'node_modules/.bin/publint', ['run', tarball, '--strict'], expect.any(String)],
  ['attw finds no problem', 'node_modules/.bin/attw', [tarball], expect.any(String)],
])('%s', async (_promise, program, args, expected) => {
  const { code, output } = await command(program, args);
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: expected });
});
