import { defineConfig } from 'vitest/config';

// Run by with-redis.mjs. These tests need a redis-server.
export default defineConfig({
  test: {
    include: ['test/fleet/**/*.redis.ts'],
    restoreMocks: true,
    fileParallelism: false,
    // All processes of a fleet take a while to start on a busy machine.
    testTimeout: 240_000,
  },
});
