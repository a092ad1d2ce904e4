import { request } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createService } from '../../../examples/http-service.mjs';
import type { AtlasEmulator } from '../../../src/testing/index.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { startProcess } from '../../support/processes.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { runExample } from './support/run-example.js';

const secret = 'the secret of the callers';
const headers = { authorization: `Bearer ${secret}` };
const pathIn = ({ groupId, clusterName }: AtlasEmulator) => `/projects/${groupId}/clusters/${clusterName}/snapshots`;

async function openService() {
  const atlas = await openEmulator();
  const credentials = atlas.credentials.serviceAccount;
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials, maxRetries: 0 });
  const lines: string[] = [];
  const logger = { stream: { write: (line: string) => void lines.push(line) } };
  const service = createService(client, secret, { logger });
  onTestFinished(() => service.close());
  const url = await service.listen({ port: 0, host: '127.0.0.1' });
  const log = () => lines.map((line): object => JSON.parse(line));
  return { atlas, url, path: pathIn(atlas), lines, log };
}

describe('the HTTP service', () => {
  it('serves a list and a snapshot', async () => {
    const { atlas, url, path } = await openService();
    expect(await (await fetch(url + path, { headers })).json()).toHaveLength(5);
    const snapshot = await fetch(`${url}${path}/${atlas.snapshotId}`, { headers });
    expect(await snapshot.json()).toMatchObject({ id: atlas.snapshotId, status: 'COMPLETED' });
  });

  it.each([
    ['no secret', {}],
    ['a wrong secret', { authorization: 'Bearer wrong' }],
  ])('refuses a caller with %s, and asks nothing of Atlas', async (_name, wrong: Record<string, string>) => {
    const { atlas, url, path } = await openService();
    for (const target of [path, '/no-such-path']) {
      const response = await fetch(url + target, { headers: wrong });
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect(atlas.requests).toEqual([]);
  });

  it.each([
    ['400 for a wrong argument, and says what is wrong', 'NO', undefined, 400, { issues: [{ path: 'snapshotId' }] }],
    ['404 for a missing snapshot', '5cc310ace5dc7ce369814b00', undefined, 404, { code: 'API_ERROR' }],
    ['503 over the rate limit', 'id', { status: 429, retryAfter: 7 }, 503, { code: 'API_ERROR' }],
    ['503 at the limit of tokens', 'id', { for: 'token', status: 429, retryAfter: 7 }, 503, { code: 'AUTHENTICATION' }],
    ['502 for a server error of Atlas', 'id', { status: 500 }, 502, { code: 'API_ERROR' }],
    ['502 for a lost connection', 'id', { reset: 'body' }, 502, { code: 'CONNECTION' }],
  ] as const)('answers %s', async (_name, id, fault, status, body) => {
    const { atlas, url, path } = await openService();
    if (fault !== undefined) atlas.respond(fault);
    const response = await fetch(`${url}${path}/${id === 'id' ? atlas.snapshotId : id}`, { headers });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject(body);
    expect(response.headers.get('retry-after')).toBe(status === 503 ? '7' : null);
  });

  it('logs an error of Atlas without its headers, its body and any secret', async () => {
    const { atlas, url, path, lines, log } = await openService();
    atlas.respond({ status: 500, headers: { 'x-internal': 'machine-7' } });
    await fetch(url + path, { headers });
    expect(log()).toContainEqual(
      expect.objectContaining({
        level: 50,
        err: expect.objectContaining({ type: 'AtlasApiError', status: 500, operation: 'listTenantSnapshots' }),
      }),
    );
    for (const hidden of ['machine-7', '"body"', secret]) expect(lines.join()).not.toContain(hidden);
  });

  it('ends the call of a caller who hangs up, and logs 499', async () => {
    const { atlas, url, path, log } = await openService();
    atlas.respond({ hang: true });
    const caller = request(url + path, { headers }).on('error', () => {});
    caller.end();
    await expect.poll(() => atlas.requests.at(-1)?.scheme).toBe('bearer');
    caller.destroy();
    await expect.poll(() => atlas.requests.at(-1)?.aborted).toBe(true);
    const line = { level: 30, msg: 'The caller hung up', res: { statusCode: 499 } };
    await expect.poll(log).toContainEqual(expect.objectContaining(line));
    expect(log().filter((line) => 'level' in line && line.level !== 30)).toEqual([]);
  });
});

describe('from a shell, the HTTP service', () => {
  it('answers the requests that it has, closes the client, and ends, after SIGTERM', async () => {
    const atlas = await openEmulator();
    const variables = { ...environmentOf(atlas), SERVICE_SECRET: secret, HOST: '127.0.0.1', PORT: '0' };
    const { child, output, ended } = runExample('http-service.mjs', [], variables);
    await expect.poll(() => output.stdout).toMatch(/listening at http/);
    const [, url] = /listening at (http:[^"]+)/.exec(output.stdout) ?? [];
    atlas.respond({ delay: 100 });
    const response = fetch(url + pathIn(atlas), { headers });
    await expect.poll(() => atlas.requests.some(({ kind }) => kind === 'flex')).toBe(true);
    child.kill('SIGTERM');
    expect((await response).status).toBe(200);
    expect((await ended).exitCode).toBe(0);
    expect(atlas.requests.at(-1)?.kind).toBe('revoke');
  });

  it('does not start without a secret', async () => {
    const { exitCode, stderr } = await runExample('http-service.mjs', []).ended;
    expect(exitCode).toBe(1);
    expect(stderr).toContain('Set SERVICE_SECRET');
  });
});

it('has a test with msw, which passes', async () => {
  const args = ['--test', '--test-reporter=tap', 'examples/http-service.test.mjs'];
  const ended = await startProcess(process.execPath, args).ended;
  expect(ended).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^# pass 5$/m) });
});
