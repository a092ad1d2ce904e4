import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AtlasEmulator, type AtlasEmulatorOptions, startAtlasEmulator } from '../../src/testing/index.js';

const NOW = Date.parse('2026-02-10T15:30:00Z');
const FLEX = 'application/vnd.atlas.2024-11-13+json';

let emulator: AtlasEmulator;

async function restart(options: AtlasEmulatorOptions) {
  await emulator.close();
  emulator = await startAtlasEmulator({ now: () => NOW, ...options });
}

beforeEach(async () => {
  emulator = await startAtlasEmulator({ now: () => NOW });
});

afterEach(() => emulator.close());

const tenant = (rest = '', cluster = emulator.clusterName, group = emulator.groupId) =>
  `/api/atlas/v1.0/groups/${group}/clusters/${cluster}/backup/tenant/snapshots${rest}`;
const flex = (rest = '', cluster = emulator.clusterName, group = emulator.groupId) =>
  `/api/atlas/v2/groups/${group}/flexClusters/${cluster}/backup/snapshots${rest}`;

async function get(path: string, accept = FLEX, init: RequestInit = {}) {
  const authorization = `Bearer ${emulator.credentials.accessToken.accessToken}`;
  const response = await fetch(emulator.url + path, { ...init, headers: { authorization, accept } });
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: JSON.parse(text) };
}

const seedMany = (length: number) =>
  Array.from({ length }, (_, i) => ({ id: (i + 1).toString(16).padStart(24, '0'), status: 'COMPLETED' }));

describe('one snapshot', () => {
  it('is changed at once by updateSnapshot(), and per request by progressSnapshot()', async () => {
    const { snapshotId } = emulator;
    const poll = async () => (await get(tenant(`/${snapshotId}`))).json;
    emulator.updateSnapshot(snapshotId, { status: 'QUEUED', finishTime: undefined, extra: 1 });
    expect(await poll()).toMatchObject({ status: 'QUEUED', extra: 1 });
    expect(await poll()).not.toHaveProperty('finishTime');
    emulator.progressSnapshot(snapshotId, { status: 'RUNNING' }, { status: 'COMPLETED', finishTime: new Date(NOW) });
    const [first, second, third] = [await poll(), await poll(), await poll()];
    expect([first.status, second.status, third.status]).toEqual(['RUNNING', 'COMPLETED', 'COMPLETED']);
    expect(third.finishTime).toBe('2026-02-10T15:30:00Z');
    expect(() => emulator.updateSnapshot('0'.repeat(24), {})).toThrow(TypeError);
    expect(() => emulator.progressSnapshot('0'.repeat(24), {})).toThrow(TypeError);
  });

  it('has the fields of its seed', async () => {
    const [id, groupId] = ['a'.repeat(24), 'b'.repeat(24)];
    emulator.seed({ groupId, clusterName: 'Other', snapshots: [{ id, links: [] }] });
    expect((await get(tenant(`/${id}`, 'Other', groupId))).json).toEqual({ id, links: [] });
    emulator.seed({ snapshots: [] });
    expect(emulator.snapshots).toEqual([]);
  });

  it('is returned as a copy', async () => {
    const [first] = emulator.snapshots;
    Object.assign(first ?? {}, { status: 'CHANGED' });
    if (first?.scheduledTime instanceof Date) first.scheduledTime.setTime(0);
    expect(emulator.snapshots[0]).toMatchObject({ status: 'FAILED', scheduledTime: new Date('2026-02-07T10:30:00Z') });
  });

  it('is copied from seed(), updateSnapshot() and progressSnapshot()', async () => {
    const id = 'a'.repeat(24);
    const time = new Date(NOW);
    const links = [{ href: 'https://example.com', rel: 'self' }];
    const nested = { list: [{ of: 'one' }] };
    emulator.seed({ snapshots: [{ id, scheduledTime: time, links, nested, printsItself: new URL('https://x.com/') }] });
    emulator.updateSnapshot(id, { startTime: time });
    emulator.progressSnapshot(id, { finishTime: time });
    time.setTime(0);
    links.pop();
    nested.list.length = 0;
    const now = '2026-02-10T15:30:00Z';
    const { json } = await get(tenant(`/${id}`));
    expect(json).toMatchObject({ scheduledTime: now, startTime: now, finishTime: now, links: [{ rel: 'self' }] });
    expect(json).toMatchObject({ nested: { list: [{ of: 'one' }] }, printsItself: 'https://x.com/' });
  });

  it('is reset by a new seed, with the changes that progressSnapshot() planned', async () => {
    const snapshots = [{ id: emulator.snapshotId, status: 'QUEUED' }];
    emulator.progressSnapshot(emulator.snapshotId, { status: 'RUNNING' });
    emulator.seed({ snapshots });
    expect((await get(tenant(`/${emulator.snapshotId}`))).json.status).toBe('QUEUED');
  });

  it('changes in every cluster that has it, independently', async () => {
    const id = emulator.snapshotId;
    emulator.seed({ clusterName: 'Other', snapshots: [{ id }] });
    const poll = async (cluster: string) => (await get(tenant(`/${id}`, cluster))).json;
    emulator.updateSnapshot(id, { extra: 1 });
    emulator.progressSnapshot(id, { status: 'QUEUED' }, { status: 'RUNNING' });
    for (const status of ['QUEUED', 'RUNNING']) {
      expect(await poll('Cluster0')).toMatchObject({ extra: 1, status });
      expect(await poll('Other')).toMatchObject({ extra: 1, status });
    }
  });

  it('may be seeded by the options', async () => {
    await restart({ seed: { clusterName: 'One', snapshots: seedMany(1) } });
    expect((await get(tenant('', 'One'))).json.totalCount).toBe(1);
    await restart({ seed: [{ snapshots: seedMany(2) }] });
    expect(emulator.snapshots).toHaveLength(2);
  });
});

describe('the tenant list', () => {
  it('ignores paging parameters', async () => {
    expect((await get(tenant('?itemsPerPage=1'))).json.results).toHaveLength(5);
  });
});

describe('the Flex list', () => {
  const rels = (json: { links: { rel: string }[] }) => json.links.map(({ rel }) => rel);

  it('has pages of 100 snapshots', async () => {
    emulator.seed({ snapshots: seedMany(250) });
    const first = (await get(flex())).json;
    expect([first.results.length, first.totalCount, rels(first)]).toEqual([100, 250, ['self', 'next']]);
    const { href } = first.links[1];
    const second = (await get(href.slice(emulator.url.length))).json;
    expect([second.results[0].id, rels(second)]).toEqual([`${'0'.repeat(22)}65`, ['self', 'previous', 'next']]);
    const third = (await get(flex('?pageNum=3'))).json;
    expect([third.results.length, rels(third)]).toEqual([50, ['self', 'previous']]);
    expect((await get(flex('?pageNum=4'))).json.results).toEqual([]);
  });

  it('leaves out totalCount on request', async () => {
    expect((await get(flex('?includeCount=false'))).json).not.toHaveProperty('totalCount');
    expect((await get(flex('?includeCount=true'))).json.totalCount).toBe(5);
    await restart({ paging: { totalCount: false } });
    expect((await get(flex('?includeCount=true'))).json).not.toHaveProperty('totalCount');
  });

  it('has at most 500 snapshots per page', async () => {
    emulator.seed({ snapshots: seedMany(501) });
    expect((await get(flex('?itemsPerPage=500'))).json.results).toHaveLength(500);
  });

  it('has the page sizes of the options', async () => {
    await restart({ paging: { itemsPerPage: 2, maxItemsPerPage: 3 } });
    expect((await get(flex())).json.results).toHaveLength(2);
    expect((await get(flex('?itemsPerPage=4'))).status).toBe(400);
  });

  it.each(['itemsPerPage=501', 'itemsPerPage=0', 'itemsPerPage=x', 'pageNum=0', 'pageNum=-1'])(
    'rejects %s',
    async (query) => {
      const { status, json } = await get(flex(`?${query}`));
      expect(status).toBe(400);
      expect(json).toMatchObject({ errorCode: 'INVALID_QUERY_PARAMETER', parameters: [query.split('=')[0]] });
    },
  );

  it('accepts a later API version', async () => {
    expect((await get(flex(), 'application/vnd.atlas.2025-03-12+json')).status).toBe(200);
  });
});

describe('an invalid path value', () => {
  it.each([
    ['a group ID', () => tenant('', 'Cluster0', 'ABC')],
    ['a cluster name', () => tenant('', '-')],
    ['a cluster name that cannot be decoded', () => tenant('', '%E4')],
    ['a snapshot ID', () => flex('/%2E%2E%2F')],
  ])('is rejected: %s', async (_, path) => {
    const { status, json } = await get(path());
    expect([status, json.error, json.errorCode]).toEqual([400, 400, 'VALIDATION_ERROR']);
  });
});

describe('the query parameter', () => {
  it('pretty=true indents the body', async () => {
    const { text, json } = await get(tenant(`/${emulator.snapshotId}?pretty=true`));
    expect(text).toBe(JSON.stringify(json, null, 2));
  });

  it('envelope=true leads to a 200 with the status in the body', async () => {
    const found = await get(tenant(`/${emulator.snapshotId}?envelope=true`));
    expect(found.json).toEqual({ status: 200, content: expect.objectContaining({ id: emulator.snapshotId }) });
    const missing = await get(flex(`/${'f'.repeat(24)}?envelope=true`));
    expect(missing.status).toBe(200);
    expect(missing.json).toEqual({ status: 404, content: expect.objectContaining({ error: 404 }) });
    expect((await get(tenant('?envelope=true'))).json).toMatchObject({ status: 200, totalCount: 5 });
    expect((await get(tenant('?envelope=false'))).json).not.toHaveProperty('status');
  });

  it('envelope=true leads to the key that the options select', async () => {
    await restart({ envelopeKey: 'envelope' });
    const { json } = await get(tenant(`/${emulator.snapshotId}?envelope=true`));
    expect(json.envelope.id).toBe(emulator.snapshotId);
  });
});

describe('the rate limit', () => {
  it('of the options is reported, but not enforced by default', async () => {
    await restart({ rateLimit: { capacity: 1 } });
    const [first, second] = [await get(flex()), await get(flex())];
    expect(first.headers.get('ratelimit-limit')).toBe('1');
    expect(first.headers.get('ratelimit-remaining')).toBe('0');
    expect([second.status, second.headers.get('ratelimit-remaining')]).toEqual([200, '0']);
  });

  it('refuses requests until the bucket fills up, if it is enforced', async () => {
    let now = NOW;
    await restart({ rateLimit: { capacity: 2, refillPerMinute: 6, enforce: true }, now: () => now });
    const statuses = [(await get(flex())).status, (await get(flex())).status];
    expect(statuses).toEqual([200, 200]);
    const refused = await get(flex());
    expect([refused.status, refused.json.errorCode]).toEqual([429, 'RATE_LIMITED_TOKEN_BUCKET']);
    expect(refused.headers.get('retry-after')).toBe('10');
    now += 10_000;
    expect((await get(flex())).status).toBe(200);
    now += 3_600_000;
    expect((await get(flex())).headers.get('ratelimit-remaining')).toBe('1');
  });

  it('has no Retry-After if the bucket never fills up', async () => {
    await restart({ rateLimit: { capacity: 1, refillPerMinute: 0, enforce: true } });
    await get(flex());
    const refused = await get(flex());
    expect([refused.status, refused.headers.has('retry-after')]).toEqual([429, false]);
  });
});
