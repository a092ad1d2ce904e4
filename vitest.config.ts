import { configDefaults, defineConfig } from 'vitest/config';
import { reporting } from './test/reporting.js';

export default defineConfig({
  test: {
    ...reporting('sources'),
    include: ['test/**/*.test.ts'],
    // The default leaves a core idle, but tests wait more than they compute.
    maxWorkers: '100%',
    // These have configurations of their own: they need a tarball, servers or other runtimes.
    exclude: [...configDefaults.exclude, 'test/{package,real-servers,runtimes}/**'],
    restoreMocks: true,
    unstubEnvs: true,
    coverage: {
      provider: 'v8',
      include: ['src/**'],
      reporter: ['text-summary', 'lcov'],
      thresholds: { lines: 95, functions: 95, branches: 90, statements: 95 },
    },
  },
});
