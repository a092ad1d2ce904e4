import { defineConfig, type Options } from 'tsup';

const entry = { index: 'src/client/index.ts', check: 'src/check/index.ts', testing: 'src/testing/index.ts' };

const options: Options = {
  target: 'node20',
  platform: 'node',
  // No import of a chunk only for side effects, which bundlers warn about.
  treeshake: { moduleSideEffects: 'no-external' },
  // Entries share chunks, so that no class is there twice.
  splitting: true,
};

export default defineConfig([
  { ...options, entry: { ...entry, cli: 'src/cli/bin.ts' }, format: 'esm' },
  {
    ...options,
    entry,
    format: 'cjs',
    // Rollup, which shakes the tree, leaves this out. Without it, Jest's automock skips exports that are getters, as all are here.
    banner: { js: "Object.defineProperty(exports, '__esModule', { value: true });" },
  },
  {
    entry,
    format: ['esm', 'cjs'],
    // TypeScript 6 and later load no types by themselves, and `AsyncDisposable` comes from those of Node.
    dts: { only: true, banner: '/// <reference types="node" />' },
  },
]);
