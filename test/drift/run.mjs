// `npm run drift -- FILE` compares MongoDB's OpenAPI document, or a report of `check --evidence --json`, with what this package
// relies on, and prints a line for each change. The exit code is 1 if there is one, or if the file is neither.
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { createViteServer } from 'vitest/node';
import { parse as parseYaml } from 'yaml';

const [file, ...others] = process.argv.slice(2);
if (file === undefined || others.length > 0) fail('Expected one file.');
const document = await readDocument(file);
const changes = await compare(document);
console.log(changes.join('\n') || 'No drift: the file has everything that this package relies on.');
process.exitCode = changes.length === 0 ? 0 : 1;

async function readDocument(path) {
  const text = await readFile(path, 'utf8').catch(({ code }) => fail(`${path} cannot be read (${code}).`));
  const parsed = parseText(text);
  if (parsed === undefined) fail(`${path} is neither JSON nor YAML.`);
  const isOpenApi = typeof parsed?.openapi === 'string' && parsed.paths instanceof Object;
  const isReport = parsed?.findings?.some?.(({ evidence }) => evidence !== undefined);
  return isOpenApi || isReport ? parsed : fail(`${path} is neither an OpenAPI document nor a report with evidence.`);
}

/** Returns `undefined` if the text is neither JSON nor YAML. */
function parseText(text) {
  // JSON is YAML too, but as YAML it takes seconds longer.
  for (const parseAs of [JSON.parse, parseYaml]) {
    try {
      return parseAs(text);
    } catch {
      // Not of this format.
    }
  }
}

async function compare(document) {
  // Runs the TypeScript of src without a build.
  const server = await createViteServer({
    root: fileURLToPath(new URL('../..', import.meta.url)),
    configFile: false,
    appType: 'custom',
    server: { middlewareMode: true, ws: false, watch: null },
    optimizeDeps: { noDiscovery: true },
  });
  try {
    const { findDrift, findReportDrift } = await server.ssrLoadModule('/test/drift/drift.mjs');
    return 'findings' in document ? findReportDrift(document) : findDrift(document);
  } finally {
    await server.close();
  }
}

function fail(problem) {
  console.error(
    `${problem} Run \`npm run drift -- FILE\` with MongoDB's OpenAPI document, as JSON or YAML, or with a report.`,
  );
  process.exit(1);
}
