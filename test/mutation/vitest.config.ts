import { configDefaults, defineConfig } from 'vitest/config';

// What a mutant has to survive: the tests of its room, without those that start processes, make very many calls, or
// repeat what others test for hundreds of combinations.
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
