import { defineConfig, type Options } from 'tsup';

const options: Options = {
  target: 'node20',
  platform: 'node',

  treeshake: true,
  esbuildPlugins: [
    {
      // The check and the command use the other entries in dist instead of copies of their own.
      name: 'entries',
      setup({ onResolve, initialOptions: { outExtension } }) {
        onResolve({ filter: /^\.\.\/(client|check|testing)\/index\.js$/ }, ({ path }) => {
          const entry = path.split('/')[1]?.replace('client', 'index');
          return { path: `./${entry}${outExtension?.['.js'] ?? '.js'}`, external: true };
        });
      },
    },
  ],
};

export default defineConfig([
  {
    ...options,
    entry: { index: 'src/client/index.ts', check: 'src/check/index.ts', testing: 'src/testing/index.ts' },
    format: ['esm', 'cjs'],
    // An entry has its own copy of the few lines without a class that it shares with another one.
    splitting: false,
    // TypeScript 6 and later load no types by themselves, and `AsyncDisposable` comes from those of Node.
    dts: { banner: '/// <reference types="node" />' },
  },
  { ...options, entry: { cli: 'src/cli/bin.ts' }, format: 'esm' },
]);
