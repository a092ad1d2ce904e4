/** The size of the package's own code, without its dependencies, as a bundler ships it: minified and gzipped. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

// esbuild is a dependency of tsup, not of this project.
const require = createRequire(createRequire(import.meta.url).resolve('tsup'));

export async function measureCodeSize() {
  const { outputFiles } = await require('esbuild').build({
    entryPoints: [fileURLToPath(new URL('../../dist/index.js', import.meta.url))],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: ['undici', 'zod'],
  });
  const [{ contents }] = outputFiles;
  return { minified: contents.length, gzipped: gzipSync(contents, { level: 9 }).length };
}
