// Runs the tests that need a redis-server: builds the package for the processes of the fleet, then runs vitest with the
// arguments of the command line.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cwd = fileURLToPath(new URL('../..', import.meta.url));
const commands = [
  ['npm', 'run', '--silent', 'build', '--', '--silent'],
  ['npx', 'vitest', 'run', '--config', 'test/fleet/vitest.config.ts', ...process.argv.slice(2)],
];

for (const [program, ...parameters] of commands) {
  process.exitCode = spawnSync(program, parameters, { cwd, stdio: 'inherit' }).status ?? 1;
  if (process.exitCode !== 0) break;
}
