import { expect, it } from 'vitest';
import { command } from './command.js';

it('TypeDoc warns of nothing', async () => {
  const { code, output } = await command('node_modules/.bin/typedoc', ['--emit', 'none'], process.cwd());
  expect({ code, output: output.trim() }).toEqual({ code: 0, output: '' });
});
