import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { runProcess } from '../support/processes.js';

const demo = fileURLToPath(new URL('../demo.mjs', import.meta.url));

/** Runs the demo with these variables only. */
function run(environment: Record<string, string> = {}) {
  const env = { TZ: 'Europe/Berlin', LANG: 'en_US.UTF-8', NODE_NO_WARNINGS: '1', ...environment };
  return runProcess(process.execPath, [demo], { env });
}

it('the demo reads from its emulator by default, and checks both types of clusters', async () => {
  const { exitCode, stdout, stderr } = await run();
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/^Billing .*There is no backup.*\nBilling .*The newest backup is too old.*\n$/);
  expect(stdout).toMatch(/^Reading from the emulator at http:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).toMatch(/^await client\.getTenantSnapshot\(.*\)\n {2}Snapshot .*\n {2}Status {6}COMPLETED$/m);
  expect(stdout).toMatch(/^ {2}Finished .* \(after 2 minutes\)\n.*\n {2}Read from {3}the Flex endpoint, 1 attempt$/m);
  expect(stdout).toMatch(/^await client\.listTenantSnapshots\(.*\)\n( {2}\w{24} .*\n){5}$/m);
  expect(stdout).toMatch(/\nClusters: 8 in 2 projects .*\. Not checked: 1 free\. Server: http/);
  expect(stdout).not.toMatch(/undefined|NaN|Invalid|null/);
});
