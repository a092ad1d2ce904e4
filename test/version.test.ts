import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { version } from '../src/version.js';

it("is package.json's", async () => {
  const manifest = await readFile(new URL('../package.json', import.meta.url), 'utf8');
  expect(version).toBe(JSON.parse(manifest).version);
});
