import { defineConfig } from 'vitest/config';
import { reporting } from '../reporting.js';

// Installs the tarball and other runtimes from the registry.
export default defineConfig({
  test: {
    ...reporting('runtimes'),
    include: ['test/runtimes/**/*.test.ts'],
    globalSetup: ['test/runtimes/runtimes.ts'],
    hookTimeout: 300_000,
    testTimeout: 60_000,
  },
});
