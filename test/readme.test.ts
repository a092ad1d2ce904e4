import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { type DispatcherLike, TenantSnapshotsClient } from '../src/index.js';
import { defaults } from './support/defaults.js';
import { anchorsIn, codeBlocks, codeIn, linksIn, type TableRow, tablesUnder } from './support/markdown.js';
import { clusterName, flexPath, flexType, groupId, snapshotId, tenantPath } from './support/snapshot-routes.js';
import { type TypeChecked, typeCheck } from './support/type-checked.js';

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), 'utf8');
const readme = read('README.md');
const blocks = codeBlocks(readme).map((block) => ({ ...block, file: `readme-${block.line}.ts` }));
const typed = blocks.filter(({ language }) => language === 'ts');
const examples = readdirSync(new URL('../examples/', import.meta.url)).map((name) => `examples/${name}`);

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
  function readToken(): Promise<string>;
}
`;

const wrong = `
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
new TenantSnapshotsClient({ tiemout: 1 });
`;

let checked: TypeChecked;

beforeAll(() => {
  const texts = typed.map(({ file, code }) => [file, `${code}\nexport {};\n`] as const);
  checked = typeCheck(examples, new Map([...texts, ['readme-context.ts', context], ['wrong.ts', wrong]]));
}, 120_000);

const propertiesOf = (name: string) => (checked.surface.get(name)?.getProperties() ?? []).map(({ name }) => name);
const column = (rows: TableRow[] | undefined, name: string) => (rows ?? []).flatMap((row) => codeIn(row[name]));

describe('the code', () => {
  it.each(typed)('of line $line type-checks', ({ file }) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it.each(examples)('of %s type-checks', (file) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it('is found at all, and a mistake in it would be', () => {
    expect(typed.length).toBeGreaterThan(10);
    expect(checked.problems.get('wrong.ts')).toEqual([expect.stringMatching(/^3: .*tiemout/)]);
  });

  it('has the two commands, word for word', () => {
    const commands = blocks.filter(({ language }) => language === 'sh').map(({ code }) => code.trim());
    expect(commands).toEqual(expect.arrayContaining(['npm ci && npm run demo', 'npm ci && npm test']));
  });
});

describe('the options', () => {
  const [ofClient, ofCall, ofWait] = tablesUnder(readme, 'Options');

  it('are all there', () => {
    expect(column(ofClient, 'Option').sort()).toEqual(propertiesOf('TenantSnapshotsClientOptions').sort());
    expect(column(ofCall, 'Option').sort()).toEqual(propertiesOf('CallOptions').sort());
    expect(column([...(ofWait ?? []), ...(ofCall ?? [])], 'Option').sort()).toEqual(
      [...propertiesOf('WaitOptions'), 'timeout'].sort(),
    );
  });

  it("have the client's defaults", () => {
    for (const row of ofClient ?? []) {
      const [name = ''] = codeIn(row['Option']);
      const value = Object.entries(defaults).find(([key]) => key === name)?.[1];
      const text = codeIn(row['Default']).at(-1)?.replaceAll(/['_]/g, '');
      expect([name, text]).toEqual([name, value === undefined ? undefined : String(value)]);
    }
  });

  it('have the defaults of a wait', async () => {
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const polls: number[] = [];
    const dispatcher = answering('{"status":"QUEUED"}', () => polls.push(performance.now()));
    const client = new TenantSnapshotsClient({ credentials: { accessToken: 'token' }, dispatcher });
    const wait = client.waitForTenantSnapshot(groupId, clusterName, snapshotId);
    const started = performance.now();
    const ended = wait.catch((error: Error) => ({ error, after: performance.now() - started }));
    const { pollInterval = 0, timeout = 0 } = Object.fromEntries((ofWait ?? []).map(defaultOf));
    await vi.advanceTimersByTimeAsync(timeout + 1_000);
    expect(polls.slice(0, 3)).toEqual([0, 1, 2].map((n) => closeTo(started + n * pollInterval)));
    expect(await ended).toEqual({ error: expect.objectContaining({ code: 'TIMEOUT' }), after: closeTo(timeout) });
  });
});

// The client's timer takes a millisecond more, at each poll.
const closeTo = (ms: number): unknown => expect.toSatisfy((value: number) => value >= ms && value < ms + 10);

const defaultOf = (row: TableRow): [string, number] => {
  const [name = ''] = codeIn(row['Option']);
  return [name, Number(codeIn(row['Default'])[0]?.replaceAll('_', ''))];
};

/** A dispatcher that answers at once, and needs no clock. */
function answering(body: string, onRequest: () => void): DispatcherLike {
  return {
    dispatch(_options, handler) {
      onRequest();
      const controller = { abort() {} };
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 200, {});
      handler.onResponseData(controller, Buffer.from(body));
      handler.onResponseEnd(controller, {});
      return true;
    },
  };
}

describe('the errors', () => {
  it('are all there, each with its class', () => {
    const errors = checked.surface.get('AtlasErrors')?.getProperties() ?? [];
    const classes = errors.map((code) => [code.name, checked.checker.getTypeOfSymbol(code).symbol.name]);
    const [table = []] = tablesUnder(readme, 'Errors');
    expect(table.map((row) => [...codeIn(row['`code`']), ...codeIn(row['Class'])])).toEqual(classes);
    expect(classes.length).toBeGreaterThan(0);
  });

  it('that Atlas may answer are named, and those that are retried', () => {
    const [, statuses = []] = tablesUnder(readme, 'Errors');
    expect(statuses.map((row) => row['`status`'])).toEqual(
      expect.arrayContaining(['400', '401', '402', '403', '404', '410', '429', '5xx']),
    );
    const [retries = []] = tablesUnder(readme, 'Retries');
    expect(retries.map((row) => row['What happened'])).toContain('408, 429 or 5xx, also inside an envelope');
  });
});

/** The first `Authorization` of a client without options, in plain text. */
async function firstLogin(): Promise<string> {
  const logins: string[] = [];
  const dispatcher: DispatcherLike = {
    dispatch({ method, headers }, handler) {
      const authorization = headers[headers.indexOf('authorization') + 1] ?? '';
      const isLogin = method === 'POST' || headers.includes('authorization');
      if (isLogin) logins.push(authorization.replace(/^Basic (.*)/, (_, value) => atob(value)));
      const challenge = { 'www-authenticate': 'Digest realm="r", nonce="n", qop="auth"' };
      const controller = { abort() {} };
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, isLogin ? 403 : 401, isLogin ? {} : challenge);
      handler.onResponseEnd(controller, {});
      return true;
    },
  };
  await using client = new TenantSnapshotsClient({ dispatcher, maxRetries: 0 });
  await client.listTenantSnapshots(groupId, clusterName).catch(() => undefined);
  return logins[0] ?? '';
}

describe('the environment', () => {
  const [rows = []] = tablesUnder(readme, 'Credentials');
  const names = rows.map((row) => codeIn(row['Variables']));

  it.each(names.map((own, n) => ({ own, later: names.slice(n + 1).flat() })))(
    '$own comes first',
    async ({ own, later }) => {
      for (const name of names.flat()) vi.stubEnv(name, undefined);
      for (const name of [...own, ...later]) vi.stubEnv(name, `value-of-${name}`);
      expect(await firstLogin()).toContain(`value-of-${own[0]}`);
    },
  );
});

describe('the migration', () => {
  it('has the paths of the endpoints', () => {
    const asTemplate = (path: string) =>
      path.replace(groupId, '{groupId}').replace(clusterName, '{clusterName}').replace(snapshotId, '{snapshotId}');
    const [rows = []] = tablesUnder(readme, 'Migration');
    expect(column(rows, 'What you have')).toContain(`GET ${asTemplate(tenantPath)}`);
    expect(column(rows, 'With Flex alone')).toContain(`GET ${asTemplate(flexPath)}`);
    expect(column(rows, 'With Flex alone')).toContain(`Accept: ${flexType}`);
  });
});

describe.each(['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md'])('%s', (name) => {
  const text = read(name);

  it('links to what is there', () => {
    for (const target of linksIn(text)) {
      if (target.startsWith('#')) expect(anchorsIn(text)).toContain(target.slice(1));
      else if (!target.startsWith('https:'))
        expect([target, existsSync(new URL(`../${target}`, import.meta.url))]).toEqual([target, true]);
    }
  });

  it('names scripts that are there', () => {
    const { scripts } = JSON.parse(read('package.json'));
    for (const [, script = ''] of text.matchAll(/npm run ([\w:]+)/g)) expect(Object.keys(scripts)).toContain(script);
  });
});

describe('the source layout in CONTRIBUTING', () => {
  it('names every file and folder at the top of src', () => {
    const entries = readdirSync(new URL('../src/', import.meta.url), { withFileTypes: true });
    const [rows = []] = tablesUnder(read('CONTRIBUTING.md'), 'Source layout');
    const named = rows.flatMap((row) => codeIn(row['In `src/`']));
    expect(named.sort()).toEqual(entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort());
  });
});

describe('the change log', () => {
  it('has the version of the package', () => {
    expect(read('CHANGELOG.md')).toContain(`## [${JSON.parse(read('package.json')).version}]`);
  });
});
