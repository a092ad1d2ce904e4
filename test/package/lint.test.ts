import { expect, inject, it } from 'vitest';
import { command } from './command.js';

const root = process.cwd();
const tarball = inject('tarball');

it.each([
  ['publint', ['run', tarball, '--strict']],
  ['attw', [tarball]],
])('%s finds nothing in the tarball', async (tool, args) => {
  const { code, output } = await command(`node_modules/.bin/${tool}`, args, root);
  expect({ code, output }).toEqual({ code: 0, output: expect.any(String) });
});
