import { configDefaults, defineConfig } from 'vitest/config';

// Left out are tests that start processes, make very many calls, or repeat others for hundreds of combinations.
export default defineConfig({
  test: {
    include: [process.env['MUTATION_TESTS'] ?? 'test/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      'test/**/{load,*.load,*.process,*.property,readme,watching}.test.ts',
      'test/auth/digest/authenticator.{matrix,nonces}.test.ts',
    ],
    restoreMocks: true,
    unstubEnvs: true,
  },
});
