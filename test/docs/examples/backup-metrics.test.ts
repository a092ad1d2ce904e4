import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createMetrics } from '../../../examples/backup-metrics.mjs';
import { isAtlasError } from '../../../src/index.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';
import { read } from '../support/documents.js';
import { TenantSnapshotsClient } from './support/package.mjs';
import { runExample } from './support/run-example.js';

const otherId = 'a'.repeat(24);
const denied = { status: 401, errorCode: 'USER_UNAUTHORIZED' };
const hour = 3_600;
const clustersOf = (groupId: string) => `/api/atlas/v2/groups/${groupId}/flexClusters`;

const invoices = { groupId: otherId, clusterName: 'invoices', dedicated: true, backupEnabled: false };
/** A dedicated cluster that is fresh by its schedule. */
const weekly = {
  dedicated: true,
  policyItems: [{ frequencyType: 'weekly' }],
  snapshots: [{ id: 'b'.repeat(24), status: 'completed', createdAt: new Date(Date.now() - 48 * hour * 1000) }],
};

/** The metrics after a first check of a fresh cluster, and of two clusters in another project: one has backup turned off. */
async function openMetrics() {
  const atlas = await openEmulator();
  atlas.seed({ groupName: 'Billing', ...invoices });
  atlas.seed({ groupId: otherId, clusterName: 'ledger', ...weekly });
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials: atlas.credentials.accessToken });
  onTestFinished(() => client.close());
  const { registry, refresh } = createMetrics(client);
  const read = async (metric: string) => (await registry.getSingleMetric(metric)?.get())?.values ?? [];
  await refresh();
  return {
    atlas,
    refresh,
    /** When the last check ended or failed, in seconds since 1970. */
    time: async (event: 'end' | 'failure') => (await read(`atlas_backup_check_${event}_timestamp_seconds`))[0]?.value,
    /** The age or the limit of each cluster that has a backup. */
    times: async (metric: 'age' | 'limit') =>
      Object.fromEntries(
        (await read(`atlas_backup_${metric}_seconds`)).map(({ labels, value }) => [labels['cluster'], value]),
      ),
    /** The state of each cluster, and the reason. */
    states: async () =>
      Object.fromEntries(
        (await read('atlas_backup_state'))
          .filter(({ value }) => value === 1)
          .map(({ labels: { project, cluster, state, reason } }) => [
            `${project}/${cluster}`,
            `${state} ${reason}`.trim(),
          ]),
      ),
  };
}

const ages = { Cluster0: expect.closeTo(5 * hour, -3), ledger: expect.closeTo(48 * hour, -3) };
const billing = { 'Billing/invoices': 'none backup off', 'Billing/ledger': 'fresh' };

describe('the metrics', () => {
  it('have the state of each cluster, and the age of each backup', async () => {
    const { times, states, time } = await openMetrics();
    expect(await states()).toEqual({ 'Project 0/Cluster0': 'fresh', ...billing });
    expect(await times('age')).toEqual(ages);
    expect(await times('limit')).toEqual({ Cluster0: 26 * hour, ledger: 170 * hour });
    expect(await time('end')).toBeCloseTo(Date.now() / 1000, -1);
    expect(await time('failure')).toBeUndefined();
  });

  it('have no values before the first check, and are those of the alerts', async () => {
    const { registry } = createMetrics(new TenantSnapshotsClient({ credentials: { accessToken: 'token' } }));
    const text = await registry.metrics();
    expect(text).not.toMatch(/^atlas/m);
    const names = new Set(read('examples/backup-alerts.yml').match(/\batlas_\w+/g));
    for (const name of names) expect(text).toContain(`# TYPE ${name} gauge`);
    expect(names.size).toBe(2);
  });

  it('say why a backup is unknown now, as the log does, and keep its age', async () => {
    const log = vi.spyOn(console, 'error').mockReturnValue();
    const { atlas, refresh, times, states } = await openMetrics();
    const unauthorized = 'unknown USER_UNAUTHORIZED';
    atlas.respond({ ...denied, path: clustersOf(atlas.groupId) });
    await refresh();
    expect(await states()).toEqual({ 'Project 0/': unauthorized, 'Project 0/Cluster0': unauthorized, ...billing });
    atlas.respond({ status: 403, body: 'Forbidden', path: `${clustersOf(atlas.groupId)}/Cluster0/backup/snapshots` });
    atlas.respond({ body: 'no JSON', path: `/api/atlas/v2/groups/${otherId}/clusters/ledger/backup/snapshots` });
    await refresh();
    const ledger = 'unknown INVALID_RESPONSE';
    expect(await states()).toEqual({ 'Project 0/Cluster0': 'unknown 403', ...billing, 'Billing/ledger': ledger });
    expect(await times('age')).toEqual(ages);
    const logged = log.mock.calls.map(([line]) => JSON.parse(line).error.code);
    expect(logged.sort()).toEqual(['API_ERROR', 'API_ERROR', 'INVALID_RESPONSE']);
  });

  it('drop a cluster that is gone', async () => {
    const { atlas, refresh, states } = await openMetrics();
    atlas.seed({ ...invoices, stateName: 'DELETING' });
    await refresh();
    expect(await states()).toEqual({ 'Project 0/Cluster0': 'fresh', 'Billing/ledger': 'fresh' });
  });

  it('stay as they are if a check fails, which they report', async () => {
    const { atlas, refresh, times, states, time } = await openMetrics();
    const [before, endedAt] = [await states(), await time('end')];
    atlas.respond(denied);
    await expect(refresh()).rejects.toSatisfy((error) => isAtlasError(error, 'API_ERROR'));
    expect(await states()).toEqual(before);
    expect(await times('age')).toEqual(ages);
    expect(await time('end')).toBe(endedAt);
    expect(await time('failure')).toBeCloseTo(Date.now() / 1000, -1);
  });
});

it('from a shell, the endpoint serves metrics, and stops on SIGTERM', async () => {
  const atlas = await openEmulator();
  const { child, output, ended } = runExample('backup-metrics.mjs', [], {
    ...environmentOf(atlas),
    HOST: '127.0.0.1',
    PORT: '0',
  });
  await expect.poll(() => output.stdout).toContain('Listening at');
  const url = `http://127.0.0.1:${/port: (\d+)/.exec(output.stdout)?.[1]}`;
  const metrics = async () => (await fetch(`${url}/metrics`)).text();
  const line = `atlas_backup_state{project_id="${atlas.groupId}",project="Project 0",cluster="Cluster0",type="flex",state="fresh",reason=""} 1\n`;
  await expect.poll(metrics).toContain(line);
  expect((await fetch(url)).status).toBe(404);
  child.kill('SIGTERM');
  expect(await ended).toMatchObject({ exitCode: 0 });
});
