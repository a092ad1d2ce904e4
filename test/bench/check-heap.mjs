/** A process that checks the backups of many projects, and measures the highest size of its heap meanwhile. */
import { checkBackups } from '../../dist/check.js';
import { dedicatedClusters, flexClusters } from './target.mjs';

const samples = 20;
const projectId = (n) => n.toString(16).padStart(24, '0');
const finishTime = new Date();

const listOf = (projects) => ({
  groups: () => Array.from({ length: projects }, (_, n) => ({ id: projectId(n), name: `Project ${n}` })),
  flexClusters: () => flexClusters.map((cluster) => ({ ...cluster })),
  clusters: () => structuredClone(dedicatedClusters),
  snapshots: () =>
    Array.from({ length: 8 }, (_, n) => ({
      id: projectId(n),
      status: 'completed',
      createdAt: finishTime.toISOString(),
    })),
});

/** Answers at once with new objects, as a client does that parses responses. */
const clientOf = (projects) => ({
  getAll: async (path) => listOf(projects)[path.slice(path.lastIndexOf('/') + 1)](),
  get: async () => ({}),
  listTenantSnapshots: async () =>
    Array.from({ length: 8 }, (_, n) => ({ id: projectId(n), status: 'COMPLETED', finishTime: new Date(finishTime) })),
});

async function measure(projects) {
  const interval = Math.floor((projects * (flexClusters.length + dedicatedClusters.length)) / samples);
  let heapUsed = 0;
  let count = 0;
  for await (const _ of checkBackups(clientOf(projects))) {
    count += 1;
    if (count % interval !== 0) continue;
    globalThis.gc();
    heapUsed = Math.max(heapUsed, process.memoryUsage().heapUsed);
  }
  return { heapUsed };
}

process.on('message', async ({ projects }) => process.send({ result: await measure(projects) }));
process.on('disconnect', () => process.exit());
process.send({ result: 'ready' });
