import { type BackupCheckOptions, type BackupFinding, checkBackups } from '../../../src/check/index.js';
import { openClient } from '../../support/open-client.js';
import { type RawServer, startRawServer } from '../../support/raw-server.js';
import { answer, type Script } from '../../support/raw-steps.js';

const root = '/api/atlas/v2/groups';
export const hour = 3_600_000;
export const ago = (ms: number) => new Date(Date.now() - ms).toISOString();

/** A response with a list. */
export const list = (items: readonly object[]): Script => [answer(200, { results: items, totalCount: items.length })];

/** A response with one backup of a cluster in a list of this name: `flexClusters` or `clusters`. */
export const backup = (age: number, listName: string): Script => {
  const [status, time] = listName === 'clusters' ? ['completed', 'createdAt'] : ['COMPLETED', 'finishTime'];
  return [answer(200, { results: [{ status, [time]: ago(age) }], totalCount: 1 })];
};

export const cluster = (name: string, fields: object = {}) => ({
  name,
  stateName: 'IDLE',
  createDate: '2024-12-19T17:05:10Z',
  ...fields,
});
export const clusters = (count: number) => Array.from({ length: count }, (_, index) => cluster(`Cluster${index}`));

/**
 * Starts a scripted Atlas, and a client without retries.
 *
 * @param answers - by the path below that of the projects. Other lists are empty, and other clusters have a fresh backup.
 */
export async function openAtlas(answers: Readonly<Record<string, Script>>) {
  const server = await startRawServer(({ target }) => {
    const path = pathOf(target);
    const [, listName] = /\/(flexClusters|clusters)\/.*\/snapshots$/.exec(path) ?? [];
    return answers[path] ?? (listName === undefined ? list([]) : backup(hour, listName));
  });
  const client = openClient({ baseUrl: server.url, maxRetries: 0 });
  return { server, client, check: (options?: BackupCheckOptions) => runCheck(client, options) };
}

const project = 'a'.repeat(24);

/**
 * Checks one dedicated cluster.
 *
 * @param answers - by the path below that of its backups, such as `snapshots`.
 * @returns its finding, and these paths of the requests, with the version of the API.
 */
export async function checkLedger(fields: object, answers: Record<string, Script>, options?: BackupCheckOptions) {
  const backups = `/${project}/clusters/Ledger/backup/`;
  const { server, check } = await openAtlas({
    [`/${project}/clusters`]: list([cluster('Ledger', fields)]),
    ...Object.fromEntries(Object.entries(answers).map(([path, script]) => [backups + path, script])),
  });
  const { findings } = await check({ groupIds: [project], ...options });
  const requests = requestsOf(server).filter((path) => path.startsWith(backups));
  return { server, finding: findings[0], paths: requests.map((path) => path.slice(backups.length)) };
}

/** Runs a check to its end. */
export async function runCheck(...args: Parameters<typeof checkBackups>) {
  const findings: BackupFinding[] = [];
  const check = checkBackups(...args);
  let next = await check.next();
  for (; !next.done; next = await check.next()) findings.push(next.value);
  return { findings, totals: next.value };
}

/** The path and the version of the API of each request. */
export function requestsOf({ requests }: RawServer): string[] {
  return requests.map(({ target, headers }) => {
    return `${pathOf(target)} ${/\d{4}-\d\d-\d\d/.exec(headers['accept'] ?? '')?.[0]}`;
  });
}

function pathOf(target: string): string {
  return target.slice(root.length).split('?')[0] ?? '';
}
