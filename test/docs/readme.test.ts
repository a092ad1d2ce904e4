import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { existsSync, readdirSync } from 'node:fs';
import { dirname } from 'node:path/posix';
import { beforeAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { isRetryableStatus } from '../../src/http/retry.js';
import { type AtlasCallTrace, type DispatcherLike, TenantSnapshotsClient } from '../../src/index.js';
import { defaults } from '../support/defaults.js';
import { documentedCode, documents, read } from '../support/documents.js';
import { anchorsIn, codeBlocks, codeIn, linksIn, type TableRow, tablesUnder } from '../support/markdown.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { runDocumentedCode } from '../support/run-documented-code.js';
import { clusterName, flexPath, flexType, groupId, snapshotId, tenantPath } from '../support/snapshot-routes.js';
import { type TypeChecked, typeCheck } from '../support/type-checked.js';

const readme = read('README.md');
const options = read('docs/options.md');
const testing = read('docs/testing.md');
const code = documentedCode();
const examples = readdirSync(new URL('../../examples/', import.meta.url)).map((name) => `examples/${name}`);

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
const column = (rows: TableRow[] | undefined, name: string) => (rows ?? []).flatMap((row) => codeIn(row[name]));
const optionsUnder = (text: string, heading: string) => column(tablesUnder(text, heading)[0], 'Option').sort();

describe('the code', () => {
  it.each(code)('in $document at line $line type-checks', ({ file }) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it.each(examples)('of %s type-checks', (file) => {
    expect(checked.problems.get(file)).toEqual([]);
  });

  it('is found, and a mistake in it would be', () => {
    expect(code.filter(({ document }) => document === 'README.md').length).toBeGreaterThan(5);
    expect(code.length).toBeGreaterThan(15);
    expect(checked.problems.get('wrong.ts')).toEqual([expect.stringMatching(/^3: .*tiemout/)]);
  });

  // The tests of the fleet run the code for Redis.
  it.each(code.filter((block) => !block.code.includes('redis://')))(
    'in $document at line $line runs as printed',
    { timeout: 30_000 },
    async (block) => {
      const { exitCode, stdout, stderr } = await runDocumentedCode(block.code);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
      expect(stdout).not.toMatch(/undefined|^not ok|^# fail [1-9]/m);
    },
  );

  it('in the quick start and for any other GET prints what a reader expects', { timeout: 30_000 }, async () => {
    const [quickStart] = codeBlocks(readme).filter((block) => block.code.includes('new TenantSnapshotsClient();'));
    expect((await runDocumentedCode(quickStart?.code ?? '')).stdout).toMatch(/^5 COMPLETED \d{4}-\d{2}-\d{2}T/);
    const [otherGet] = codeBlocks(readme).filter((block) => block.code.includes('client.get('));
    expect((await runDocumentedCode(otherGet?.code ?? '')).stdout).toBe("[ 'CLUSTER0' ]\n");
  });
});

describe('README.md', () => {
  it('has at most 220 lines', () => {
    expect(readme.trimEnd().split('\n').length).toBeLessThanOrEqual(220);
  });

  it('has the two commands, word for word', () => {
    const commands = codeBlocks(readme).filter(({ language }) => language === 'sh');
    expect(commands.map((block) => block.code.trim())).toEqual(
      expect.arrayContaining(['npm ci && npm run demo', 'npm ci && npm test']),
    );
  });

  it('names the defaults of the client and of a wait', () => {
    expect(readme).toContain(`\`timeout\` (${defaults.timeout / 1000} s)`);
    expect(readme).toContain(`\`attemptTimeout\` (${defaults.attemptTimeout / 1000} s)`);
    expect(readme).toContain(`\`maxRetries\` (${defaults.maxRetries})`);
    const { pollInterval = 0, timeout = 0 } = waitDefaults();
    expect(readme).toContain(`// default: ${pollInterval / 1000} s`);
    expect(readme).toContain(`default: ${timeout / 60_000} minutes`);
  });

  it('lists every error code with its class', () => {
    const errors = checked.surface.get('AtlasErrors')?.getProperties() ?? [];
    const classes = errors.map((property) => [property.name, checked.checker.getTypeOfSymbol(property).symbol.name]);
    const [table = []] = tablesUnder(readme, 'Errors');
    expect(table.map((row) => [...codeIn(row['`code`']), ...codeIn(row['Class'])])).toEqual(classes);
    expect(classes.length).toBeGreaterThan(0);
  });
});

describe('the options', () => {
  it('are all listed', () => {
    const callOptions = propertiesOf('CallOptions');
    const additional = (name: string) => propertiesOf(name).filter((option) => !callOptions.includes(option));
    expect(optionsUnder(options, 'Client options')).toEqual(propertiesOf('TenantSnapshotsClientOptions').sort());
    expect(optionsUnder(options, 'Call options')).toEqual(callOptions.sort());
    expect(optionsUnder(options, 'Wait options')).toEqual([...additional('WaitOptions'), 'timeout'].sort());
    expect(optionsUnder(options, 'Options of get')).toEqual(additional('GetOptions').sort());
    const shared = callOptions.filter((option) => option !== 'endpoint');
    expect(propertiesOf('GetOptions')).toEqual(expect.arrayContaining(shared));
    expect(propertiesOf('GetOptions')).not.toContain('endpoint');
  });

  it('of the emulator are all listed', () => {
    expect(optionsUnder(testing, 'Options of startAtlasEmulator')).toEqual(propertiesOf('AtlasEmulatorOptions').sort());
    expect(optionsUnder(testing, 'Responses')).toEqual(propertiesOf('ScriptedAnswer').sort());
  });

  it("have the client's defaults", () => {
    for (const row of tablesUnder(options, 'Client options')[0] ?? []) {
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
    const { pollInterval = 0, timeout = 0 } = waitDefaults();
    await vi.advanceTimersByTimeAsync(timeout + 1_000);
    expect(polls.slice(0, 3)).toEqual([0, 1, 2].map((n) => closeTo(started + n * pollInterval)));
    expect(await ended).toEqual({ error: expect.objectContaining({ code: 'TIMEOUT' }), after: closeTo(timeout) });
  });

  it('have the default API version of get()', async () => {
    const accepts: (string | undefined)[] = [];
    const dispatcher = answering('{}', ({ headers }) => accepts.push(headers[headers.indexOf('accept') + 1]));
    const client = new TenantSnapshotsClient({ credentials: { accessToken: 'token' }, dispatcher });
    await client.get('/api/atlas/v2/groups');
    const [row] = (tablesUnder(options, 'Options of get')[0] ?? []).filter(({ Option }) => Option === '`apiVersion`');
    const version = codeIn(row?.['Default'])[0]?.replaceAll("'", '');
    expect(accepts).toEqual([`application/vnd.atlas.${version}+json`]);
  });
});

function waitDefaults(): Record<string, number> {
  const [rows = []] = tablesUnder(options, 'Wait options');
  return Object.fromEntries(
    rows.map((row) => [codeIn(row['Option'])[0], Number(codeIn(row['Default'])[0]?.replaceAll('_', ''))]),
  );
}

// The client's timer takes a millisecond more, at each poll.
const closeTo = (ms: number): unknown => expect.toSatisfy((value: number) => value >= ms && value < ms + 10);

/** A dispatcher that responds at once, without a clock. */
function answering(body: string, onRequest: (request: { headers: string[] }) => void): DispatcherLike {
  return {
    dispatch(request, handler) {
      onRequest(request);
      const controller = { abort() {} };
      handler.onRequestStart(controller, {});
      handler.onResponseStart(controller, 200, {});
      handler.onResponseData(controller, Buffer.from(body));
      handler.onResponseEnd(controller, {});
      return true;
    },
  };
}

describe('the fields of a response', () => {
  it('are all listed', () => {
    const [rows] = tablesUnder(options, 'Responses');
    expect(column(rows, 'Field').sort()).toEqual(propertiesOf('AtlasResponse').sort());
  });
});

describe('the retries', () => {
  it('are those of the client', () => {
    const [rows = []] = tablesUnder(options, 'Retries');
    expect(rows.map((row) => row['What happened'])).toContain('Status 408, 429 or 5xx, also inside an envelope');
    expect(readme).toContain('retries connection failures, attempt timeouts, 408, 429 and 5xx');
    const retried = [400, 401, 403, 404, 405, 408, 409, 410, 429, 500, 502, 503, 504].filter(isRetryableStatus);
    expect(retried).toEqual([408, 429, 500, 502, 503, 504]);
  });
});

describe('the debug log', () => {
  it('has the lines that the document shows', { timeout: 30_000 }, async () => {
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

describe('the traces of a wait', () => {
  it('are one per poll, each with its own attempts', async () => {
    const emulator = await openEmulator();
    emulator.progressSnapshot(emulator.snapshotId, { status: 'RUNNING' }, { status: 'COMPLETED' });
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
    const attempts: number[] = [];
    const onEnd = (call: unknown) => attempts.push((call as AtlasCallTrace).attempts);
    subscribe('tracing:atlas-tenant-snapshots:call:asyncEnd', onEnd);
    onTestFinished(() => void unsubscribe('tracing:atlas-tenant-snapshots:call:asyncEnd', onEnd));
    const { groupId, clusterName, snapshotId } = emulator;
    await client.waitForTenantSnapshot(groupId, clusterName, snapshotId, { pollInterval: 5 });
    expect(attempts).toEqual([1, 1]);
  });
});

describe('the fields of the errors', () => {
  it('are all listed', () => {
    const shared = ['code', 'message', 'cause', 'operation', 'endpoint', 'attempts', 'name', 'stack', 'toJSON'];
    for (const row of tablesUnder(read('docs/errors.md'), 'Fields')[0] ?? []) {
      for (const name of codeIn(row['Class'])) {
        const own = propertiesOf(name).filter((field) => !shared.includes(field));
        expect(own).not.toEqual([]);
        expect(codeIn(row['More fields'])).toEqual(expect.arrayContaining(own));
      }
    }
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

describe('the logins', () => {
  const [rows = []] = tablesUnder(readme, 'Logins');
  const names = rows.map((row) => codeIn(row['Environment variables']));

  it.each(names.map((own, n) => ({ own, later: names.slice(n + 1).flat() })))(
    'take $own before the rows below it',
    async ({ own, later }) => {
      for (const name of names.flat()) vi.stubEnv(name, undefined);
      for (const name of [...own, ...later]) vi.stubEnv(name, `value-of-${name}`);
      expect(await firstLogin()).toContain(`value-of-${own[0]}`);
    },
  );

  it.each([
    { login: 'apiKey', requests: ['tenant', 'tenant'] },
    { login: 'serviceAccount', requests: ['token', 'tenant', 'revoke'] },
    { login: 'accessToken', requests: ['tenant'] },
  ] as const)('by $login cost $requests on a cold start', async ({ login, requests }) => {
    const emulator = await openEmulator();
    const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials[login] });
    await client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
    await client.close();
    expect(emulator.requests.map(({ kind }) => kind)).toEqual(requests);
  });
});

describe('the migration', () => {
  it('has the paths of the endpoints', () => {
    const asTemplate = (path: string) =>
      path.replace(groupId, '{groupId}').replace(clusterName, '{clusterName}').replace(snapshotId, '{snapshotId}');
    const [rows = []] = tablesUnder(read('docs/migration.md'), 'Migration');
    expect(column(rows, 'What you have')).toContain(`GET ${asTemplate(tenantPath)}`);
    expect(column(rows, 'With Flex alone')).toContain(`GET ${asTemplate(flexPath)}`);
    expect(column(rows, 'With Flex alone')).toContain(`Accept: ${flexType}`);
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

describe('the source layout in CONTRIBUTING', () => {
  it('names every file and folder at the top of src', () => {
    const entries = readdirSync(new URL('../../src/', import.meta.url), { withFileTypes: true });
    const [rows = []] = tablesUnder(read('CONTRIBUTING.md'), 'Source layout');
    const named = rows.flatMap((row) => codeIn(row['In `src/`']));
    expect(named.sort()).toEqual(entries.map((entry) => entry.name + (entry.isDirectory() ? '/' : '')).sort());
  });
});

describe('the flow of a call in CONTRIBUTING', () => {
  it('names functions that its files export', () => {
    const [flow] = codeBlocks(read('CONTRIBUTING.md')).filter(({ language }) => language === 'text');
    const lines = (flow?.code ?? '').trimEnd().split('\n');
    expect(lines.length).toBeGreaterThan(5);
    for (const line of lines) {
      const [, name, path] = /^ *(\w+)\(\) +(\S+\.ts) /.exec(line) ?? [];
      expect([line, read(`src/${path}`)]).toEqual([line, expect.stringMatching(new RegExp(`\\b${name}[(<]`))]);
    }
  });
});

describe('the change log', () => {
  it('has the version of the package', () => {
    expect(read('CHANGELOG.md')).toContain(`## [${JSON.parse(read('package.json')).version}]`);
  });
});
