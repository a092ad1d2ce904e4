import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** The main entry as a bundler ships it, minified. */
async function bundleMainEntry(external) {
  // esbuild is a dependency of tsup, not of this project.
  const { build } = createRequire(createRequire(import.meta.url).resolve('tsup'))('esbuild');
  const entryPoints = [`${root}/dist/index.js`];
  const options = { bundle: true, minify: true, write: false, format: 'esm', platform: 'node', logLevel: 'error' };
  const { outputFiles } = await build({ ...options, entryPoints, external });
  return outputFiles[0].contents;
}

/** Measures what users download and load, in bytes, and how much each may be. */
export async function measureSizes() {
  const ownCode = gzipSync(await bundleMainEntry(['undici', 'zod']), { level: 9 });
  const bundle = await bundleMainEntry([]);
  const packed = execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  return [
    { what: 'own code, minified and gzipped', bytes: ownCode.length, limit: 17_300 },
    { what: 'main entry with undici and zod, minified', bytes: bundle.length, limit: 760_000 },
    { what: 'tarball', bytes: JSON.parse(packed)[0].size, limit: 215_000 },
  ];
}
