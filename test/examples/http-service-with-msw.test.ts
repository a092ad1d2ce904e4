import { expect, it } from 'vitest';
import { runExample } from './support/run-example.js';

it('the test of the HTTP service with msw passes', { timeout: 20_000 }, async () => {
  const { exit, output } = runExample(['--test', '--test-reporter=tap', 'http-service.test.mjs']);
  expect(await exit, output.stdout).toBe(0);
  expect(output.stdout).toMatch(/^# pass 5$/m);
});
