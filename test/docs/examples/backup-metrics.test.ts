import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import { expect, it, onTestFinished, vi } from 'vitest';
import { createMetrics } from '../../../examples/backup-metrics.mjs';
import { openEmulator } from '../../support/open-emulator.js';
import { read } from '../support/documents.js';

const hour = 3_600;
const otherId = 'a'.repeat(24);
const now = () => expect.closeTo(Date.now() / 1000, -2);

const invoices = { groupId: otherId, clusterName: 'invoices', dedicated: true, backupEnabled: false };
/** A dedicated cluster that is fresh by its schedule. */
const ledger = {
  groupId: otherId,
  clusterName: 'ledger',
  dedicated: true,
  policyItems: [{ frequencyType: 'weekly' }],
  snapshots: [{ id: 'b'.repeat(24), status: 'completed', createdAt: new Date(Date.now() - 48 * hour * 1000) }],
};

/** The metrics after a first check of a fresh cluster, and of two clusters in another project: one has backup turned off. */
async function openMetrics() {
  const atlas = await openEmulator();
  atlas.seed({ groupName: 'Billing', ...invoices });
  atlas.seed(ledger);
  const client = new TenantSnapshotsClient({ baseUrl: atlas.url, credentials: atlas.credentials.accessToken });
  onTestFinished(() => client.close());
  const { registry, refresh } = createMetrics(client);
  await refresh();
  const samples = async (name: string) => (await registry.getSingleMetric(`atlas_backup_${name}`)?.get())?.values ?? [];
  const timesOf = async (name: string) =>
    Object.fromEntries((await samples(name)).map(({ labels, value }) => [labels['cluster'], value]));
  const metrics = async () => {
    const states = (await samples('state')).filter(({ value }) => value === 1).map(({ labels }) => labels);
    return {
      /** The state and the reason of each cluster. */
      states: Object.fromEntries(
        states.map(({ project, cluster, state, reason }) => [`${project}/${cluster}`, `${state} ${reason}`.trim()]),
      ),
      ages: await timesOf('age_seconds'),
      limits: await timesOf('limit_seconds'),
      /** When the last check ended or failed, in seconds since 1970. */
      ended: (await samples('check_end_timestamp_seconds'))[0]?.value,
      failed: (await samples('check_failure_timestamp_seconds'))[0]?.value,
    };
  };
  return { atlas, refresh, metrics };
}

const ages = { Cluster0: expect.closeTo(5 * hour, -3), ledger: expect.closeTo(48 * hour, -3) };
const billing = { 'Billing/invoices': 'none backup off', 'Billing/ledger': 'fresh' };

it('the metrics have no values before the first check, and are those of the alerts', async () => {
  const { registry } = createMetrics(new TenantSnapshotsClient({ credentials: { accessToken: 'token' } }));
  const text = await registry.metrics();
  expect(text).not.toMatch(/^atlas/m);
  const names = new Set(read('examples/backup-alerts.yml').match(/\batlas_\w+/g));
  for (const name of names) expect(text).toContain(`# TYPE ${name} gauge`);
  expect(names.size).toBe(2);
});

it('the metrics say why a backup is unknown now, as the log does, and keep its age', async () => {
  const log = vi.spyOn(console, 'error').mockReturnValue();
  const { atlas, refresh, metrics } = await openMetrics();
  const clusters = `/api/atlas/v2/groups/${atlas.groupId}/flexClusters`;
  atlas.respond({ status: 401, errorCode: 'USER_UNAUTHORIZED', path: clusters });
  await refresh();
  const unauthorized = 'unknown USER_UNAUTHORIZED';
  expect(await metrics()).toMatchObject({
    states: { 'Project 0/': unauthorized, 'Project 0/Cluster0': unauthorized, ...billing },
    ages,
  });
  atlas.respond({ status: 403, body: 'Forbidden', path: `${clusters}/Cluster0/backup/snapshots` });
  atlas.respond({ body: 'no JSON', path: `/api/atlas/v2/groups/${otherId}/clusters/ledger/backup/snapshots` });
  await refresh();
  const states = { ...billing, 'Project 0/Cluster0': 'unknown 403', 'Billing/ledger': 'unknown INVALID_RESPONSE' };
  expect(await metrics()).toMatchObject({ states, ages });
  const logged = log.mock.calls.map(([line]) => JSON.parse(line).error.code);
  expect(logged.sort()).toEqual(['API_ERROR', 'API_ERROR', 'INVALID_RESPONSE']);
});

it('the metrics have state, age and limit, drop a cluster that is gone, and stay as they are if a check fails', async () => {
  const { atlas, refresh, metrics } = await openMetrics();
  atlas.seed({ ...invoices, stateName: 'DELETING' });
  await refresh();
  const before = await metrics();
  const states = { 'Project 0/Cluster0': 'fresh', 'Billing/ledger': 'fresh' };
  const limits = { Cluster0: 26 * hour, ledger: 170 * hour };
  expect(before).toEqual({ states, ages, limits, ended: now(), failed: undefined });
  atlas.respond({ status: 401, errorCode: 'USER_UNAUTHORIZED' });
  await expect(refresh()).rejects.toMatchObject({ code: 'API_ERROR' });
  expect(await metrics()).toEqual({ ...before, ages, failed: now() });
});
