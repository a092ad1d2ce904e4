import { expect, it } from 'vitest';
import { formatUserAgent } from '../src/user-agent.js';
import { version } from '../src/version.js';

const own = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;

it.each([
  [undefined, own],
  ['', own],
  ['backup-report/2.1', `backup-report/2.1 ${own}`],
])('of %j is %j', (first, expected) => {
  expect(formatUserAgent(first)).toBe(expected);
});
