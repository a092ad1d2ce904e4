import { defineConfig } from 'vitest/config';
import { reporting } from '../reporting.js';

// Needs apache2, lighttpd and curl from Debian. The tests of a missing server fail.
export default defineConfig({
  test: {
    ...reporting('real-servers'),
    include: ['test/real-servers/**/*.test.ts'],
    testTimeout: 20_000,
  },
});
