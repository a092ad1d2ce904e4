import { configDefaults, defineConfig } from 'vitest/config';

const browser = ['test/report/*.browser.test.ts'];
const processes = ['test/**/*.process.test.ts', 'test/docs/**/*.test.ts'];

/** In CI, the counts of a run go to a file for the summary of `.ci/run`. It has the name of the npm script. */
function reporting() {
  const { CI, npm_lifecycle_event: script = 'vitest' } = process.env;
  if (!CI) return { reporters: ['default'] };
  const json = `reports/vitest/${script.replaceAll(':', '-')}.json`;
  return { reporters: ['default', 'json'], outputFile: { json } };
}

// Long enough for a busy machine.
const patience = { testTimeout: 20_000, expect: { poll: { timeout: 10_000 } } };
const isolation = { restoreMocks: true, unstubEnvs: true };

export default defineConfig({
  test: {
    ...reporting(),
    // The default leaves a core idle, but tests wait more than they compute.
    maxWorkers: '100%',
    projects: [
      {
        // The sources alone.
        test: {
          name: 'unit',
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...processes, ...browser, 'test/{package,systems}/**'],
          ...isolation,
          ...patience,
        },
      },
      {
        // Starts processes, or imports the build by the package's name as the documents and examples do.
        test: { name: 'processes', include: processes, ...isolation, ...patience, testTimeout: 60_000 },
      },
      {
        // Needs chromium from Debian.
        test: { name: 'page', include: browser, ...patience, testTimeout: 60_000 },
      },
      {
        // Tests of the tarball.
        test: {
          name: 'package',
          include: ['test/package/*.test.ts'],
          globalSetup: ['test/package/setup.ts'],
          testTimeout: 240_000,
        },
      },
      {
        // Needs apache2, lighttpd, jq and prometheus from Debian. The tests of a missing program fail.
        test: {
          name: 'real-servers',
          include: ['test/systems/{real-servers,recipes}/*.test.ts'],
          unstubEnvs: true,
          testTimeout: 20_000,
        },
      },
      {
        // Needs the build and redis-server. All processes of a fleet take a while to start on a busy machine.
        test: {
          name: 'fleet',
          include: ['test/systems/fleet/*.test.ts'],
          restoreMocks: true,
          testTimeout: 240_000,
        },
      },
      {
        // Installs the tarball and other runtimes from the registry.
        test: {
          name: 'runtimes',
          include: ['test/systems/runtimes/*.test.ts'],
          globalSetup: ['test/systems/runtimes/runtimes.ts'],
          hookTimeout: 300_000,
          testTimeout: 60_000,
        },
      },
    ],
  },
});
