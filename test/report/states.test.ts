import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { stateNames, states } from '../../src/report/states.js';

const withExitCode = (...codes: number[]) => stateNames.filter((name) => codes.includes(states[name].exitCode));

it.each([
  ['examples/backup-metrics.mjs', /^const states = \[(.*)\]/m, withExitCode(0, 2, 3)],
  ['examples/backup-textfile.jq', /^ *\((.*)\) \|$/m, withExitCode(0, 2, 3)],
  ['examples/backup-alerts.yml', /Missing\n.*state!~"(.*)"/, withExitCode(0, 3)],
  ['examples/backup-alerts.yml', /NotConfirmed\n.*state=~"(.*?)"/, withExitCode(0)],
])('the list of states in %s, %s, leaves none out', (file, list, expected) => {
  const text = readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8');
  const names = list.exec(text)?.[1]?.match(/\w+/g);
  expect(names?.sort()).toEqual(expected.sort());
});
