import { defineConfig } from 'vitest/config';
import { reporting } from '../reporting.js';

// Tests of the tarball, not of the sources.
export default defineConfig({
  test: {
    ...reporting('package'),
    include: ['test/package/**/*.test.ts'],
    globalSetup: ['test/package/tarball.ts'],
    testTimeout: 240_000,
    typecheck: { enabled: true, include: ['test/types/**/*.test-d.ts'], tsconfig: 'test/types/tsconfig.json' },
  },
});
