// Runs the tests that need Redis: builds the client for the processes of the fleet, starts a redis-server on loopback,
// runs the tests with REDIS_URL, and stops it. Arguments of the command line are passed to vitest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startRedis } from './redis-server.mjs';

const cwd = fileURLToPath(new URL('../..', import.meta.url));

async function run(program, parameters, env = {}) {
  const child = spawn(program, parameters, { cwd, stdio: 'inherit', env: { ...process.env, ...env } });
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

// Builds the present sources. Without the project's configuration, which builds the command too.
const build = [
  'tsup',
  'src/index.ts',
  '--no-config',
  '--target',
  'node20',
  '--platform',
  'node',
  '--silent',
  '--format',
  'esm',
  '--no-dts',
  '--out-dir',
  'node_modules/.cache/fleet',
];

async function test() {
  const built = await run('npx', build);
  if (built !== 0) return built;
  const redis = await startRedis();
  try {
    const parameters = ['vitest', 'run', '--config', 'test/fleet/vitest.config.ts', ...process.argv.slice(2)];
    return await run('npx', parameters, { REDIS_URL: redis.url });
  } finally {
    await redis.stop();
  }
}

process.exitCode = await test();
