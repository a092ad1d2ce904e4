import { expect, it } from 'vitest';
import { Mask } from '../../../src/client/atlas/mask.js';
import { toIssues } from '../../../src/client/errors/issues.js';

const secret = 'secret'.repeat(40);

it.each<[found: string, path: PropertyKey[], message: string, expected: object]>([
  ['has its path joined with dots', ['links', 1, 'href'], 'm', { path: 'links.1.href', message: 'm' }],
  ['is cut', ['k'.repeat(101)], 'm'.repeat(201), { path: 'k'.repeat(100), message: 'm'.repeat(200) }],
  ['is masked before it is cut', [secret], `not ${secret}`, { path: '[masked]', message: 'not [masked]' }],
])('an issue %s', (_what, path, message, expected) => {
  expect(toIssues({ issues: [{ path, message }] }, new Mask([secret]))).toEqual([expected]);
});

it('an error has the first 20 issues', () => {
  const issues = Array.from({ length: 21 }, (_, index) => ({ path: [index], message: '' }));
  expect(toIssues({ issues }).map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
});
