import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stateNames, states } from '../../src/cli/states.js';

it.each([
  ['backup-metrics.mjs', /^const states = \[(.*)\]/m],
  ['backup-textfile.jq', /^ *\((.*)\) \|$/m],
])('examples/%s knows every state', (file, list) => {
  const text = readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8');
  const names = list.exec(text)?.[1]?.match(/\w+/g);
  expect(names?.sort()).toEqual([...stateNames].sort());
});

it('whoever has to look at a state learns it from the exit code, and nobody else', () => {
  expect(stateNames.filter((name) => states[name].needsLook !== states[name].exitCode > 0)).toEqual([]);
});
