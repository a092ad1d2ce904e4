import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import ts from 'typescript';
import { afterAll, beforeAll } from 'vitest';
import { type Outcome, startProcess } from './processes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const compilerOptions = { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 };

/**
 * Returns a function that runs code in a child process. The code can use `atlas`, which is the package transpiled from
 * the current sources, and `print(text)`. The process ends with the test.
 */
export function useRunCode(): (code: string) => Promise<Outcome> {
  let folder = '';
  beforeAll(async () => {
    // In node_modules, so that it can import the dependencies.
    folder = await mkdtemp(join(root, 'node_modules', '.process-'));
    await transpile(join(root, 'src'), folder);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  return (code) => runCode(pathToFileURL(join(folder, 'index.js')).href, code);
}

async function transpile(from: string, to: string): Promise<void> {
  const names = await readdir(from, { recursive: true });
  const sources = names.filter((name) => name.endsWith('.ts') && !name.startsWith('testing'));
  for (const name of sources) {
    const { outputText } = ts.transpileModule(await readFile(join(from, name), 'utf8'), { compilerOptions });
    const target = join(to, name.replace(/\.ts$/, '.js'));
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, outputText);
  }
  await writeFile(join(to, 'package.json'), '{"type":"module"}');
}

function runCode(index: string, code: string): Promise<Outcome> {
  const module = `
    import * as atlas from '${index}';
    const print = (text) => process.stdout.write(text + '\\n');
    ${code}`;
  return startProcess(process.execPath, ['--input-type=module', '--eval', module]).ended;
}
