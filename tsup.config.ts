import { defineConfig, type Options } from 'tsup';

const options: Options = { target: 'node20', platform: 'node', sourcemap: true, treeshake: true };

export default defineConfig([
  {
    ...options,
    entry: { index: 'src/index.ts', testing: 'src/testing/index.ts' },
    format: ['esm', 'cjs'],
    dts: true,
    // Both CommonJS entries share one copy of the common code; without it each would carry its own.
    splitting: true,
  },
  {
    ...options,
    entry: { cli: 'src/check/bin.ts' },
    format: 'esm',
    esbuildPlugins: [
      {
        // The command uses the client in dist/index.js instead of a copy of its own.
        name: 'public-api',
        setup({ onResolve }) {
          const modules = /^\.\.\/(client|atlas\/schemas|errors\/errors)\.js$/;
          onResolve({ filter: modules }, () => ({ path: './index.js', external: true }));
        },
      },
    ],
  },
]);
