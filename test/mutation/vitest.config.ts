import { configDefaults, defineConfig } from 'vitest/config';
import { NearestFirst } from './nearest-first.js';

// What a mutant has to survive: the tests of src alone, without those that start processes or make very many calls.
export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: [
      ...configDefaults.exclude,
      'test/{bench,examples,fleet,node-versions,package,real-servers,testing}/**',
      'test/**/{load,*.load,*.process}.test.ts',
    ],
    sequence: { sequencer: NearestFirst },
    restoreMocks: true,
    unstubEnvs: true,
  },
});
