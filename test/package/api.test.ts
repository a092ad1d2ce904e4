import { expect, it } from 'vitest';
import { command } from './command.js';

it('the public declarations are those of the report in test/api', async () => {
  expect(await command(process.execPath, ['test/api/report.mjs'], process.cwd())).toMatchObject({
    code: 0,
    output: '',
  });
});
