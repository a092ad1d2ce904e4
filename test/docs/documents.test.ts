import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultApiVersion, defaults, loginVariables } from '../support/defaults.js';
import { anchorsIn, codeBlocks, codeIn, documents, linksIn, read, tableUnder } from './support/documents.js';
import { runDocumentedCode, runProgram } from './support/run-documented-code.js';
import { type TypeChecked, typeCheck } from './support/type-checked.js';

const testCommand = 'npm ci && npm test';
const code = documents
  .flatMap((document) => [...codeBlocks(document, 'ts'), ...codeBlocks(document, 'js')])
  .map((block) => ({ ...block, file: `${block.document.replace(/\W/g, '-')}-${block.line}.ts` }));
const examples = readdirSync(new URL('../../examples/', import.meta.url))
  .filter((name) => /\.(mjs|ts)$/.test(name))
  .map((name) => `examples/${name}`);

// What the text around a block has introduced.
const context = `
import type { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import type { AtlasEmulator } from 'atlas-tenant-snapshots/testing';

declare global {
  const client: TenantSnapshotsClient;
  const atlas: AtlasEmulator;
  const groupId: string;
  const clusterName: string;
  const snapshotId: string;
}
`;

// What openapi-typescript writes for the path of examples/openapi-fetch.mjs.
const paths = `
export interface paths {
  '/api/atlas/v2/groups/{groupId}/flexClusters': {
    get: {
      parameters: { path: { groupId: string }; query?: { itemsPerPage?: number } };
      responses: {
        200: { content: { 'application/vnd.atlas.2024-11-13+json': { results?: { name?: string; stateName?: string }[] } } };
      };
    };
  };
}
`;

let checked: TypeChecked;

beforeAll(() => {
  const texts = code.map((block) => [block.file, `${block.code}\nexport {};\n`] as const);
  checked = typeCheck(
    examples,
    new Map([...texts, ['documented-context.ts', context], ['examples/atlas.d.ts', paths]]),
  );
}, 120_000);

/** The members of an exported type: the values of a union of texts, or else the properties. `Type.name` is a property's type. */
function membersOf(path: string): string[] {
  const [name = '', property] = path.split('.');
  const exported = checked.exportedTypes.get(name);
  const symbol = property === undefined ? undefined : exported?.getProperty(property);
  const type = symbol === undefined ? exported : checked.checker.getTypeOfSymbol(symbol);
  const values = (type?.isUnion() ? type.types : []).flatMap((part) => (part.isStringLiteral() ? [part.value] : []));
  return values.length > 0 ? values : (type?.getProperties() ?? []).map((member) => member.name);
}

/** The code in one column of a table: by default, the first. */
function column(document: string, heading: string, name?: string): string[] {
  return tableUnder(document, heading).flatMap((row) => codeIn(row[name ?? Object.keys(row)[0] ?? '']));
}

/** The default of each option in a table that has one as code: the last code span, without quotes and underscores. */
function defaultsUnder(heading: string): Record<string, string> {
  const rows = tableUnder('docs/client/calls.md', heading);
  const entries = rows.map((row) => [codeIn(row['Option'])[0], codeIn(row['Default']).at(-1)?.replaceAll(/['_]/g, '')]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

// So that a time in a document need not be that of the test.
function withoutTimes(text: string): string {
  return text.replaceAll(/\d{4}-\d{2}-\d{2}T[\d:.]+Z/g, '(time)');
}

describe('the code', () => {
  it.each([...code.map(({ file }) => file), ...examples])('in %s type-checks', (file) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it.each(code)('in $document at line $line runs, and prints what its comments say', async (block) => {
    const outcome = await (block.language === 'js' ? runProgram(block.code) : runDocumentedCode(block.code));
    expect(outcome).toMatchObject({ exitCode: 0, stderr: '' });
    expect(outcome.stdout).not.toMatch(/undefined|^not ok|^# fail [1-9]/m);
    const printed = [...block.code.matchAll(/^ *console\.log\(.*\); \/\/ (.*)$/gm)].map(([, output]) => output);
    if (printed.length > 0) expect(withoutTimes(outcome.stdout)).toBe(withoutTimes(`${printed.join('\n')}\n`));
  });
});

describe('the documents list', () => {
  it('the environment variables of the logins in the order of the client', () => {
    expect(column('README.md', 'Logins', 'Environment variables')).toEqual(loginVariables.flat());
  });

  it.each([
    ['docs/client/calls.md', 'Client options', 'TenantSnapshotsClientOptions'],
    ['docs/client/calls.md', 'Call options', 'CallOptions'],
    ['docs/client/calls.md', 'get and getAll', 'GetOptions', 'CallOptions'],
    ['docs/client/calls.md', 'Responses', 'AtlasResponse'],
    ['docs/client/errors.md', 'Codes', 'AtlasErrorCode'],
    ['docs/check/alarm.md', 'States', 'BackupState'],
    ['docs/check/alarm.md', 'Notes', 'BackupFinding.reason'],
    ['docs/client/checkBackups.md', 'checkBackups', 'BackupFinding'],
    ['docs/client/checkBackups.md', 'Options', 'BackupCheckOptions'],
    ['docs/client/emulator.md', 'Projects, clusters and snapshots', 'ClusterSeed'],
    ['docs/client/emulator.md', 'Options of startAtlasEmulator', 'AtlasEmulatorOptions'],
    ['docs/client/emulator.md', 'Responses', 'ScriptedAnswer'],
  ])('in %s under "%s" all members of %s', (document, heading, type, others = '') => {
    const members = membersOf(type).filter((name) => !membersOf(others).includes(name));
    expect(column(document, heading).sort()).toEqual(members.sort());
  });

  it('the defaults of the client and of get()', () => {
    const asTexts = Object.entries(defaults).map(([name, value]) => [name, String(value)]);
    expect(defaultsUnder('Client options')).toEqual(Object.fromEntries(asTexts));
    expect(defaultsUnder('get and getAll')).toEqual({ apiVersion: defaultApiVersion });
  });

  it.each(column('docs/client/errors.md', 'Codes', 'Class'))('the fields of %s', (name) => {
    const row = tableUnder('docs/client/errors.md', 'Fields').find((fields) => codeIn(fields['Class']).includes(name));
    const documented = [...membersOf('AtlasError'), ...codeIn(row?.['More fields'])];
    expect(membersOf(name)).toContain('code');
    expect(documented).toEqual(expect.arrayContaining(membersOf(name)));
  });

  it('the lines of the debug log', async () => {
    const call = `
      atlas.respond({ status: 503 });
      await client.get('/api/atlas/v2/groups');`;
    const { stderr } = await runDocumentedCode(call, { NODE_DEBUG: 'atlas-tenant-snapshots' });
    const [sample] = codeBlocks('docs/client/traces.md', 'text');
    const linesOf = (text = '') => text.replaceAll(/ \d+(?=: | ms)/g, ' #').split('\n');
    const expected = linesOf(sample?.code).map((line) => expect.stringContaining(line.replace('…', '')));
    expect(linesOf(stderr)).toEqual(expected);
  });
});

describe.each(documents)('%s', (name) => {
  const text = read(name);

  it('has no broken link', () => {
    for (const target of linksIn(text).filter((link) => !link.startsWith('https:'))) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? name : new URL(`${dirname(name)}/${path}`, 'file:///').pathname.slice(1);
      expect([target, existsSync(new URL(`../../${file}`, import.meta.url))]).toEqual([target, true]);
      if (anchor !== undefined)
        expect([target, anchorsIn(read(file))]).toEqual([target, expect.arrayContaining([anchor])]);
    }
  });
});

describe('the workflows and the examples', () => {
  const files = ['.github', 'examples'].flatMap((folder) => {
    const names = readdirSync(new URL(`../../${folder}/`, import.meta.url), { recursive: true, encoding: 'utf8' });
    return names.filter((name) => name.endsWith('.yml')).map((name) => `${folder}/${name}`);
  });

  it.each(files)('%s is valid YAML', (path) => {
    for (const document of read(path).split('\n---\n')) {
      expect(parse(document, { strict: true, uniqueKeys: true })).toEqual(expect.any(Object));
    }
  });

  it('has a workflow that runs .ci/run, which runs the test command of the README', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Record<string, { steps: { run?: string }[] }> };
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toContain('.ci/run');
    expect(read('.ci/run').split('\n')).toContain(`  ${testCommand}`);
    expect(read('README.md').split('\n')).toContain(testCommand);
  });
});

describe('CONTRIBUTING.md', () => {
  it.each([
    ['src', 'Source layout'],
    ['src/client', 'Layers of the client'],
  ])('names every file and folder at the top of %s', (folder, heading) => {
    const entries = readdirSync(new URL(`../../${folder}/`, import.meta.url), { withFileTypes: true });
    const named = column('CONTRIBUTING.md', heading);
    expect(named.sort()).toEqual(entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort());
  });
});

it('the documents have the version of the package', () => {
  const { version } = JSON.parse(read('package.json'));
  expect(read('CHANGELOG.md')).toContain(`## [${version}]`);
  const pinned = /atlas-(?:tenant-snapshots-|backup-check:)(\d[\d.]*\d)/g;
  const texts = [...documents, 'examples/cronjob.yml'].map(read);
  const pins = [...texts.join('').matchAll(pinned)].map(([, inName]) => inName);
  expect(new Set(pins)).toEqual(new Set([version]));
});
