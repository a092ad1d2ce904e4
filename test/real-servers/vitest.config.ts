import { defineConfig } from 'vitest/config';
import { reporting } from '../reporting.js';

// Needs apache2, lighttpd and curl, as Debian has them. A server that is not there fails its tests.
export default defineConfig({
  test: {
    ...reporting('real-servers'),
    include: ['test/real-servers/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
