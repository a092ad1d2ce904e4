import { configDefaults, defineConfig } from 'vitest/config';

// The tests of the mutated folder, without those that start processes or take seconds.
export default defineConfig({
  test: {
    include: (process.env['MUTATION_TESTS'] ?? 'test/**/*.test.ts').split(' '),
    exclude: [
      ...configDefaults.exclude,
      'test/**/*.process.test.ts',
      'test/client/*.property.test.ts',
      'test/report/*.browser.test.ts',
    ],
    // Many mutants make a test hang.
    testTimeout: 3_000,
    restoreMocks: true,
    unstubEnvs: true,
  },
});
