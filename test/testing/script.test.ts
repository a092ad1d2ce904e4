import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/testing/index.js';
import { flexClustersPath, flexSnapshotsPath, openApi, projectsPath, tenantSnapshotsPath } from './support/open-api.js';

// test/testing/exchanges.http has the form of scripted responses.

const forever = Number.POSITIVE_INFINITY;

it('a scripted response is sent as often as scripted, in order, until the script is cleared', async () => {
  const { emulator, statusOf } = await openApi();
  emulator.respond({ status: 503, times: 2 }, { status: 500, times: forever });
  for (const status of [503, 503, 500, 500]) expect(await statusOf(flexSnapshotsPath())).toBe(status);
  emulator.clearResponses();
  expect(await statusOf(flexSnapshotsPath())).toBe(200);
  expect(emulator.requests.map(({ status }) => status)).toEqual([503, 503, 500, 500, 200]);
});

it.each<[what: string, script: ScriptedAnswer[], conversation: string[]]>([
  [
    'is by default the next request that has logged in',
    [{ status: 500 }],
    ['anonymous 401', 'token 200', 'clusters 500', 'clusters 200'],
  ],
  [
    'is the next request of its kind',
    [
      { status: 500, for: 'token' },
      { status: 501, for: 'flex', times: 2 },
      { status: 502, for: 'tenant' },
      { status: 503 },
    ],
    ['tenant 502', 'flex 501', 'restores 501', 'flex 503', 'restores 200', 'token 500', 'token 200'],
  ],
  ['of any request is met before authentication', [{ status: 503, for: 'any' }], ['anonymous 503', 'anonymous 401']],
  [
    'may be a path, whatever its query',
    [
      { status: 500, path: flexSnapshotsPath(), times: forever },
      { status: 501, path: '/api/oauth/token' },
    ],
    ['clusters 200', 'anonymous 401', 'flex 500', 'flex 500', 'token 501', 'token 200'],
  ],
])('a target %s', async (_what, script, conversation) => {
  const { emulator, statusOf, fetchToken } = await openApi();
  emulator.respond(...script);
  const send: Record<string, () => Promise<number>> = {
    anonymous: () => statusOf(flexSnapshotsPath(), { headers: {} }),
    clusters: () => statusOf(flexClustersPath()),
    flex: () => statusOf(flexSnapshotsPath('?pageNum=1')),
    restores: () => statusOf(`${flexClustersPath()}/Cluster0/backup/restoreJobs`),
    tenant: () => statusOf(tenantSnapshotsPath()),
    token: async () => (await fetchToken()).status,
  };
  const seen = [];
  for (const [name = ''] of conversation.map((line) => line.split(' '))) seen.push(`${name} ${await send[name]?.()}`);
  expect(seen).toEqual(conversation);
});

describe('a fault', () => {
  it.each<[answer: ScriptedAnswer, cause: string, status: number | undefined]>([
    [{ reset: true }, 'ECONNRESET', undefined],
    [{ reset: 'body' }, 'UND_ERR_SOCKET', 200],
  ])('%j breaks the connection', async (answer, cause, status) => {
    const { emulator, get } = await openApi();
    emulator.respond(answer);
    await expect(get(flexSnapshotsPath())).rejects.toMatchObject({ cause: { code: cause } });
    expect((await get(flexSnapshotsPath())).status).toBe(200);
    expect(emulator.requests).toMatchObject([
      { status, aborted: false },
      { status: 200, aborted: false },
    ]);
  });

  it.each<[answer: ScriptedAnswer, status: number | undefined]>([
    [{ hang: true }, undefined],
    [{ hang: 'body' }, 200],
  ])('%j hangs until the client gives up, while other requests are answered', async (answer, status) => {
    const { emulator, get, statusOf } = await openApi();
    emulator.respond({ ...answer, path: flexSnapshotsPath() });
    const client = new AbortController();
    const hanging = get(flexSnapshotsPath(), { signal: client.signal });
    await expect.poll(() => emulator.requests[0]).toMatchObject({ status, aborted: false });
    expect(await statusOf(projectsPath)).toBe(200);
    client.abort();
    await expect(hanging).rejects.toThrow(/abort/);
    await expect.poll(() => emulator.requests[0]).toMatchObject({ status, aborted: true });
  });

  it('ends with the emulator, which may be closed twice', async () => {
    const { emulator, ask } = await openApi();
    emulator.respond({ hang: true });
    const hanging = ask(flexSnapshotsPath());
    await expect.poll(() => emulator.requests.length).toBe(1);
    await Promise.all([emulator.close(), emulator[Symbol.asyncDispose](), expect(hanging).rejects.toThrow()]);
    expect(emulator.requests).toMatchObject([{ aborted: false }]);
  });
});
