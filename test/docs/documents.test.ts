import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { defaultApiVersion, defaults, loginVariables, waitDefaults } from '../support/defaults.js';
import { clusterName, flexPath, flexType, groupId, snapshotId, tenantPath } from '../support/snapshot-routes.js';
import {
  anchorsIn,
  codeBlocks,
  codeIn,
  documentedCode,
  documents,
  linksIn,
  read,
  type TableRow,
  tablesUnder,
} from './support/documents.js';
import { runDocumentedCode } from './support/run-documented-code.js';
import { type TypeChecked, typeCheck } from './support/type-checked.js';

const readme = read('README.md');
const options = read('docs/options.md');
const testCommand = 'npm ci && npm test';
const code = documentedCode();
const examples = readdirSync(new URL('../../examples/', import.meta.url))
  // Its own test checks this one, with the types that it needs.
  .filter((name) => name !== 'openapi-fetch.mjs')
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

const wrong = `
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
new TenantSnapshotsClient({ tiemout: 1 });
`;

let checked: TypeChecked;

beforeAll(() => {
  const texts = code.map((block) => [block.file, `${block.code}\nexport {};\n`] as const);
  checked = typeCheck(examples, new Map([...texts, ['documented-context.ts', context], ['wrong.ts', wrong]]));
}, 120_000);

const propertiesOf = (name: string) => (checked.surface.get(name)?.getProperties() ?? []).map(({ name }) => name);
const column = (rows: TableRow[], name: string) => rows.flatMap((row) => codeIn(row[name]));
const firstColumn = (text: string, heading: string) => {
  const [rows = []] = tablesUnder(text, heading);
  return column(rows, Object.keys(rows[0] ?? {})[0] ?? '').sort();
};

/** The default of each option in a table that has one as code: the last code span, without quotes and underscores. */
function defaultsUnder(heading: string): Record<string, string> {
  const rows = tablesUnder(options, heading)[0] ?? [];
  const entries = rows.map((row) => [codeIn(row['Option'])[0], codeIn(row['Default']).at(-1)?.replaceAll(/['_]/g, '')]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

const asTexts = (values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, String(value)]));

describe('the code', () => {
  // What the README promises that a block prints.
  const printed = [
    ['newestBackup(snapshots)', /^\d{4}-\d{2}-\d{2}T/],
    ["client.getTenantSnapshot(groupId, 'Cluster0'", /^5 COMPLETED \d{4}-\d{2}-\d{2}T/],
    ['client.getAll(', /^\[ 'CLUSTER0' \]\n/],
  ] as const;

  it.each(code)('in $document at line $line type-checks', ({ file }) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it.each(examples)('of %s type-checks', (file) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it('is found, and a mistake in it would be', () => {
    expect(code.filter(({ document }) => document === 'README.md').length).toBeGreaterThan(5);
    expect(code.length).toBeGreaterThan(15);
    for (const [text] of printed) expect(readme).toContain(text);
    expect(checked.problems.get('wrong.ts')).toEqual([expect.stringMatching(/^3: .*tiemout/)]);
  });

  // The tests of the fleet run the code for Redis.
  it.each(code.filter((block) => !block.code.includes('redis://')))(
    'in $document at line $line runs as printed',
    { timeout: 30_000 },
    async (block) => {
      const outcome = await runDocumentedCode(block.code);
      expect({ code: outcome.code, stderr: outcome.stderr }).toEqual({ code: 0, stderr: '' });
      expect(outcome.stdout).not.toMatch(/undefined|^not ok|^# fail [1-9]/m);
      if (block.document !== 'README.md') return;
      for (const [text, output] of printed) if (block.code.includes(text)) expect(outcome.stdout).toMatch(output);
    },
  );
});

describe('README.md', () => {
  it('has the two commands, word for word', () => {
    const commands = codeBlocks(readme).filter(({ language }) => language === 'sh');
    expect(commands.map((block) => block.code.trim())).toEqual(
      expect.arrayContaining(['npm ci && npm run demo', testCommand]),
    );
  });

  it('names the defaults of the client and of a wait', () => {
    expect(readme).toContain(`\`timeout\` (${defaults.timeout / 1000} s)`);
    expect(readme).toContain(`\`attemptTimeout\` (${defaults.attemptTimeout / 1000} s)`);
    expect(readme).toContain(`\`maxRetries\` (${defaults.maxRetries})`);
    expect(readme).toContain(`// default: ${waitDefaults.pollInterval / 1000} s`);
    expect(readme).toContain(`default: ${waitDefaults.timeout / 60_000} minutes`);
  });

  it('lists every error code with its class', () => {
    const [table = []] = tablesUnder(readme, 'Errors');
    const rows = table.map((row) => [...codeIn(row['`code`']), ...codeIn(row['Class'])]);
    const classes = [...checked.surface].flatMap(([name, type]) => {
      const code = type.getProperty('code');
      const literal = code && checked.checker.getTypeOfSymbol(code);
      return literal?.isStringLiteral() ? [[literal.value, name]] : [];
    });
    expect(classes.length).toBeGreaterThan(0);
    expect(rows.sort()).toEqual(classes.sort());
  });

  it('lists the environment variables of the logins in the order of the client', () => {
    const [rows = []] = tablesUnder(readme, 'Logins');
    expect(rows.map((row) => codeIn(row['Environment variables']))).toEqual(loginVariables);
  });
});

describe('the documents list', () => {
  it.each([
    ['docs/options.md', 'Client options', 'TenantSnapshotsClientOptions'],
    ['docs/options.md', 'Call options', 'CallOptions'],
    ['docs/options.md', 'Responses', 'AtlasResponse'],
    ['docs/testing.md', 'Options of startAtlasEmulator', 'AtlasEmulatorOptions'],
    ['docs/testing.md', 'Responses', 'ScriptedAnswer'],
  ])('in %s under "%s" all members of %s', (document, heading, type) => {
    expect(propertiesOf(type)).not.toEqual([]);
    expect(firstColumn(read(document), heading)).toEqual(propertiesOf(type).sort());
  });

  it('what a wait, get() and getAll() have besides the options of a call', () => {
    const callOptions = propertiesOf('CallOptions');
    const additional = (name: string) => propertiesOf(name).filter((option) => !callOptions.includes(option));
    expect(firstColumn(options, 'Wait options')).toEqual([...additional('WaitOptions'), 'timeout'].sort());
    expect(firstColumn(options, 'Options of get and getAll')).toEqual(additional('GetOptions').sort());
  });

  it('the defaults of the client, of a wait and of get()', () => {
    expect(defaultsUnder('Client options')).toEqual(asTexts(defaults));
    expect(defaultsUnder('Wait options')).toEqual(asTexts(waitDefaults));
    expect(defaultsUnder('Options of get and getAll')).toEqual({ apiVersion: defaultApiVersion });
  });

  it('all fields of the errors', () => {
    const shared = ['code', 'message', 'cause', 'operation', 'endpoint', 'attempts', 'name', 'stack', 'toJSON'];
    for (const row of tablesUnder(read('docs/errors.md'), 'Fields')[0] ?? []) {
      for (const name of codeIn(row['Class'])) {
        const own = propertiesOf(name).filter((field) => !shared.includes(field));
        expect(own).not.toEqual([]);
        expect(codeIn(row['More fields'])).toEqual(expect.arrayContaining(own));
      }
    }
  });

  it('the paths of both endpoints', () => {
    const asTemplate = (path: string) =>
      path.replace(groupId, '{groupId}').replace(clusterName, '{clusterName}').replace(snapshotId, '{snapshotId}');
    const [rows = []] = tablesUnder(read('docs/migration.md'), 'Migration');
    expect(column(rows, 'What you have')).toContain(`GET ${asTemplate(tenantPath)}`);
    expect(column(rows, 'With Flex alone')).toContain(`GET ${asTemplate(flexPath)}`);
    expect(column(rows, 'With Flex alone')).toContain(`Accept: ${flexType}`);
  });

  it('the lines of the debug log', { timeout: 30_000 }, async () => {
    const call = `
      atlas.respond({ status: 503 });
      const client = new Client({ baseUrl: atlas.url, credentials: atlas.credentials.apiKey });
      await client.listTenantSnapshots(groupId, clusterName);
      await client.close();`;
    const { stderr } = await runDocumentedCode(call, { NODE_DEBUG: 'atlas-tenant-snapshots' });
    const linesOf = (text: string) =>
      text
        .trimEnd()
        .replaceAll(/ \d+(?=: | ms)/g, ' #')
        .split('\n');
    const [sample] = codeBlocks(read('docs/observability.md')).filter(({ language }) => language === 'text');
    const expected = linesOf(sample?.code ?? '').map((line) => expect.stringContaining(line.replace(/…$/, '')));
    expect(linesOf(stderr)).toEqual(expected);
  });
});

describe.each(documents)('%s', (name) => {
  const text = read(name);

  it('links to what is there', () => {
    for (const target of linksIn(text).filter((link) => !link.startsWith('https:'))) {
      const [path = '', anchor] = target.split('#');
      const file = path === '' ? name : new URL(`${dirname(name)}/${path}`, 'file:///').pathname.slice(1);
      expect([target, existsSync(new URL(`../../${file}`, import.meta.url))]).toEqual([target, true]);
      if (anchor !== undefined)
        expect([target, anchorsIn(read(file))]).toEqual([target, expect.arrayContaining([anchor])]);
    }
  });

  it('names scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
  });
});

describe('.github', () => {
  const files = readdirSync(new URL('../../.github/', import.meta.url), { recursive: true, encoding: 'utf8' });

  it.each(files.filter((path) => path.endsWith('.yml')))('has valid YAML in %s', (path) => {
    expect(parse(read(`.github/${path}`), { strict: true, uniqueKeys: true })).toEqual(expect.any(Object));
  });

  it('has a workflow that runs .ci/run, which runs the test command of the README', () => {
    const { jobs } = parse(read('.github/workflows/ci.yml')) as { jobs: Record<string, { steps: { run?: string }[] }> };
    const commands = Object.values(jobs).flatMap(({ steps }) => steps.flatMap(({ run }) => run ?? []));
    expect(commands).toContain('.ci/run');
    expect(read('.ci/run').split('\n')).toContain(`  ${testCommand}`);
  });
});

describe('CONTRIBUTING.md', () => {
  const text = read('CONTRIBUTING.md');

  it('names every file and folder at the top of src', () => {
    const entries = readdirSync(new URL('../../src/', import.meta.url), { withFileTypes: true });
    const [rows = []] = tablesUnder(text, 'Source layout');
    const named = rows.flatMap((row) => codeIn(row['In `src/`']));
    expect(named.sort()).toEqual(entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort());
  });

  it('names functions of the flow of a call that its files have', () => {
    const [flow] = codeBlocks(text).filter(({ language }) => language === 'text');
    const lines = (flow?.code ?? '').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const [, name, path] = /^ *(\w+)\(\) +(\S+\.ts) /.exec(line) ?? [];
      expect([line, read(`src/${path}`)]).toEqual([line, expect.stringMatching(new RegExp(`\\b${name}[(<]`))]);
    }
  });
});

it('the change log has the version of the package', () => {
  expect(read('CHANGELOG.md')).toContain(`## [${JSON.parse(read('package.json')).version}]`);
});
