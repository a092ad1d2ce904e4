/** One check of 10,000 clusters in 500 projects, in a process of its own. Its client is a fake, which answers at once. */
import { checkBackups } from '../../dist/check.js';
import { measure, serve } from './processes.mjs';

const id = (n) => n.toString(16).padStart(24, '0');
const day = 86_400_000;
const daysAgo = (days) => new Date(Date.now() - days * day).toISOString();
const repeat = (count, make) => Array.from({ length: count }, (_, n) => make(n));

const flex = { stateName: 'IDLE', createDate: daysAgo(365) };
const replicationSpecs = [{ regionConfigs: [{ providerName: 'AWS' }] }];
const dedicated = { ...flex, clusterType: 'REPLICASET', backupEnabled: true, paused: false, replicationSpecs };
const lists = {
  groups: repeat(500, (n) => ({ id: id(n), name: `Project ${n}` })),
  flexClusters: repeat(10, (n) => ({ id: id(n), name: `Flex${n}`, ...flex })),
  clusters: repeat(10, (n) => ({ id: id(n), name: `Cluster${n}`, ...dedicated })),
};
const snapshots = {
  flexClusters: repeat(8, (n) => ({
    id: id(n),
    status: 'COMPLETED',
    finishTime: daysAgo(n),
    expiration: daysAgo(n - 9),
  })),
  clusters: repeat(8, (n) => ({ id: id(n), status: 'completed', createdAt: daysAgo(n), expiresAt: daysAgo(n - 9) })),
};
const others = {
  schedule: { policies: [{ policyItems: [{ frequencyType: 'daily' }] }] },
  restoreJobs: { results: [] },
};

const client = {
  async getAll(path) {
    const [, , , , , , list, , backup] = path.split('/');
    return backup ? snapshots[list] : lists[list ?? 'groups'];
  },
  get: async (path) => others[path.slice(path.lastIndexOf('/') + 1)],
};

async function check(evidence) {
  let fresh = 0;
  for await (const { state } of checkBackups(client, { evidence })) if (state === 'fresh') fresh += 1;
  if (fresh !== 10_000) throw new Error(`${fresh} of 10,000 clusters are fresh`);
}

serve(await measure(() => check(process.argv[2] === 'evidence')));
