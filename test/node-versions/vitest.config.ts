import { defineConfig } from 'vitest/config';
import { reporting } from '../reporting.js';

// Installs the tarball, and other versions of Node, from the registry.
export default defineConfig({
  test: {
    ...reporting('node-versions'),
    include: ['test/node-versions/**/*.test.ts'],
    globalSetup: ['test/node-versions/install.ts'],
    hookTimeout: 300_000,
    testTimeout: 60_000,
  },
});
