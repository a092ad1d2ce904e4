import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stateNames } from '../../src/cli/states.js';

it.each([
  ['backup-metrics.mjs', /^const states = \[(.*)\]/m],
  ['backup-textfile.jq', /^ *\((.*)\) \|$/m],
])('examples/%s knows every state', (file, list) => {
  const text = readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8');
  const names = list.exec(text)?.[1]?.match(/\w+/g);
  expect(names?.sort()).toEqual([...stateNames].sort());
});
