import { expect, it } from 'vitest';
import type { AtlasEmulatorOptions, ScriptedAnswer } from '../../src/testing/index.js';
import { snapshotId } from '../support/snapshot-routes.js';
import {
  basic,
  clustersPath,
  dedicatedSnapshotsPath,
  flexClustersPath,
  flexSnapshotsPath,
  openApi,
  otherId,
  projectsPath,
  schedulePath,
  tenantSnapshotsPath,
} from './support/open-api.js';

const shopId = 'c'.repeat(24);
const emptyId = 'd'.repeat(24);

const seed = [
  { clusterName: 'Production', dedicated: true },
  { clusterName: 'Sandbox', free: true },
  { clusterName: 'Archive', dedicated: true, backupEnabled: false },
  { clusterName: 'Shards', dedicated: true, clusterType: 'SHARDED', pitEnabled: true },
  // A project that gets its name late, and clusters with all that a seed may have.
  { groupId: shopId, createDate: new Date('2026-05-14T10:00:00.500Z'), stateName: 'CREATING', snapshots: [] },
  { groupId: shopId, clusterName: 'Orders', dedicated: true, policyItems: [] },
  {
    ...{ groupId: shopId, groupName: 'Shop', clusterName: 'Carts', dedicated: true },
    ...{ createDate: null, stateName: 'UPDATING', paused: true },
    policyItems: [{ frequencyType: 'weekly', extra: 1 }],
    snapshots: [{ id: otherId, status: 'queued', expiresAt: new Date('2026-05-15T10:00:00Z') }],
    restoreJobs: [{ deliveryType: 'download', finishedAt: new Date('2026-05-15T10:00:00Z') }],
  },
  { groupId: emptyId },
];
const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const accessToken = 'token';

const flexOne = flexSnapshotsPath(`/${snapshotId}`);
const tenantOne = tenantSnapshotsPath(`/${snapshotId}`);

const reads: readonly string[] = [
  projectsPath,
  flexClustersPath(),
  flexClustersPath(shopId),
  flexSnapshotsPath(),
  flexOne,
  tenantOne,
  clustersPath(),
  clustersPath('?itemsPerPage=1&pageNum=2', shopId),
  dedicatedSnapshotsPath(),
  dedicatedSnapshotsPath('', 'Sandbox'),
  dedicatedSnapshotsPath('/shardedClusters'),
  dedicatedSnapshotsPath('/shardedClusters', 'Shards'),
  dedicatedSnapshotsPath('?itemsPerPage=1', 'Shards'),
  clustersPath('/Carts/backup/snapshots', shopId),
  clustersPath(`/Carts/backup/snapshots/${otherId}`, shopId),
  `${flexClustersPath()}/Cluster0/backup/restoreJobs`,
  clustersPath('/Production/backup/restoreJobs'),
  clustersPath('/Carts/backup/restoreJobs', shopId),
  schedulePath(),
  clustersPath('/Carts/backup/schedule', shopId),
  clustersPath('/Orders/backup/schedule', shopId),
  `${flexOne}?envelope=true`,
  `${flexOne}?envelope=false`,
  flexSnapshotsPath('?envelope=true&itemsPerPage=1'),
  flexSnapshotsPath('?itemsPerPage=1&pageNum=2'),
  flexSnapshotsPath('?itemsPerPage=1&pageNum=5'),
  flexSnapshotsPath('?itemsPerPage=500&pageNum=2'),
  flexSnapshotsPath('?itemsPerPage=1&includeCount=false'),
  // It is not paged.
  tenantSnapshotsPath('?itemsPerPage=1'),
];

type Request = readonly [path: string, init?: RequestInit];

const withHeaders = (headers: Readonly<Record<string, string>>) => ({ headers });
const withAccept = (accept: string) => withHeaders({ authorization: `Bearer ${accessToken}`, accept });

const others: readonly Request[] = [
  [`${projectsPath}/${emptyId}/alertConfigs`],
  [flexSnapshotsPath('', 'Cluster0', otherId)],
  [flexSnapshotsPath('', 'Reports')],
  [flexSnapshotsPath(`/${otherId}`)],
  [flexSnapshotsPath(`/${otherId}?envelope=true`)],
  [flexSnapshotsPath(`/${otherId}?pretty=true`)],
  [tenantSnapshotsPath(`/${otherId}`)],
  [flexSnapshotsPath('', 'Production')],
  [flexSnapshotsPath('', 'Sandbox')],
  [dedicatedSnapshotsPath('', 'Cluster0')],
  [`${flexClustersPath()}/Production/backup/restoreJobs`],
  [dedicatedSnapshotsPath(`/${otherId}`)],
  [schedulePath('Archive')],
  [tenantSnapshotsPath('', '%E4')],
  [tenantSnapshotsPath('', 'Production')],
  [flexSnapshotsPath('?itemsPerPage=501')],
  [flexSnapshotsPath('?itemsPerPage=0')],
  [flexSnapshotsPath('?pageNum=0')],
  [flexOne, withAccept('application/vnd.atlas.2024-11-12+json')],
  [flexOne, withAccept('application/json')],
  [tenantOne, withAccept('application/json')],
  [flexSnapshotsPath(), { method: 'DELETE' }],
  [tenantSnapshotsPath(), { method: 'DELETE' }],
];

const logins: readonly Request[] = [
  [flexSnapshotsPath(), withHeaders({})],
  ['/api/atlas/v2/nothing', withHeaders({})],
  [flexSnapshotsPath('?envelope=true'), withHeaders({ authorization: 'Basic ZW11bGF0b3I6a2V5' })],
  [flexSnapshotsPath(), withHeaders({ authorization: 'Bearer unknown' })],
  [flexSnapshotsPath('?envelope=true'), withHeaders({ authorization: 'Bearer unknown' })],
  [flexOne, withHeaders({ authorization: 'Digest username="emulator"' })],
];

const tokenPath = '/api/oauth/token';
const revokePath = '/api/oauth/revoke';
const form = (fields: Record<string, string>) => new URLSearchParams(fields);
const grant = form({ grant_type: 'client_credentials' });
/** A request to an OAuth endpoint. */
const post = (body: RequestInit['body'] = grant, authorization = basic(account.clientId, account.clientSecret)) => ({
  method: 'POST',
  headers: { authorization },
  body,
});

const oauth: readonly Request[] = [
  [tokenPath, post()],
  [tokenPath, post(grant, basic(account.clientId, 'wrong'))],
  [`${tokenPath}?envelope=true`, post(grant, basic('other', account.clientSecret))],
  [tokenPath, post(grant, 'Bearer x')],
  [tokenPath, post(form({ grant_type: 'password' }))],
  [tokenPath],
  [revokePath, post(form({ token: 'unknown' }))],
  [revokePath, post(form({}))],
  [revokePath, post(form({ token: accessToken }), basic('other', 'x'))],
];

const scripted: readonly (readonly [answer: ScriptedAnswer, ...Request])[] = [
  ...[400, 401, 402, 403, 404, 405, 406, 410, 500, 503, 504].map((status) => [{ status }, flexOne] as const),
  [{ status: 401, errorCode: 'TENANT_SNAPSHOT_ACCESS_DENIED' }, tenantOne],
  [{ status: 403, parameters: ['198.51.100.7'] }, flexOne],
  ...['NOT_IN_GROUP', 'USER_CANNOT_ACCESS_GROUP', 'USER_CANNOT_ACCESS_ORG'].map(
    (errorCode) => [{ status: 401, errorCode }, flexOne] as const,
  ),
  ...['ORG_REQUIRES_ACCESS_LIST', 'RESOURCE_REQUIRES_ACCESS_LIST'].map(
    (errorCode) => [{ status: 403, errorCode }, flexOne] as const,
  ),
  [{ status: 429, retryAfter: 7 }, flexOne],
  [{ status: 429 }, tenantOne],
  [
    { status: 599, errorCode: 'CODE', detail: 'Detail.', parameters: [1, 'two'], headers: { 'x-test': 'yes' } },
    flexOne,
  ],
  [{ body: { id: 'x' } }, flexOne],
  [{ body: { id: 'x' }, headers: { 'content-type': 'text/json', 'x-test': 'yes' } }, flexOne],
  [{ body: 'plain' }, flexOne],
  [{ status: 502, body: '<p>' }, flexOne],
  [{ status: 503, body: '', retryAfter: 'Wed, 21 Oct' }, flexOne],
  [{ status: 204 }, flexOne],
  [{ status: 302, headers: { location: '/elsewhere' } }, flexOne],
  [{ body: { id: 'x' } }, `${flexOne}?envelope=true`],
  [{ status: 401 }, `${flexOne}?envelope=true`],
  [{ status: 502, body: '<p>' }, `${flexOne}?envelope=true`],
  [{ for: 'token', status: 500, retryAfter: 2, headers: { 'x-test': 'yes' } }, tokenPath, post()],
  [{ for: 'token', status: 503, retryAfter: 2 }, tokenPath, post()],
  [{ for: 'token', status: 403, errorCode: 'access_denied', detail: 'No.' }, tokenPath, post()],
  ...[400, 401, 403, 429].map((status) => [{ for: 'token', status }, tokenPath, post()] as const),
  [{ for: 'token', status: 429, errorCode: 'rate_limited' }, tokenPath, post()],
];

/** Headers that Node adds. */
const plain = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/** What is not the default of the emulator. */
interface World {
  readonly options?: AtlasEmulatorOptions;
  readonly answer?: ScriptedAnswer;
}

/** One request to a new emulator, and its response: an object indented, an error as it was sent. */
async function exchange([path, init]: Request, { options, answer }: World = {}): Promise<string> {
  const { emulator, get } = await openApi({ seed, credentials: { serviceAccount: account, accessToken }, ...options });
  emulator.sunset(false);
  if (answer !== undefined) emulator.respond(answer);
  const { status, headers, text } = await get(path, { redirect: 'manual', ...init });
  const body = status === 200 && text.startsWith('{') ? JSON.stringify(JSON.parse(text), null, 2) : text;
  const lines = [...headers].filter(([name]) => !plain.includes(name)).map(([name, value]) => `${name}: ${value}\n`);
  const { method = 'GET', headers: sent, body: sentBody } = init ?? {};
  const title = [
    `${method} ${path}`,
    options && `by the options ${JSON.stringify(options)}`,
    answer && `scripted ${JSON.stringify(answer)}`,
    sent && (Object.keys(sent).length > 0 ? `with ${JSON.stringify(sent)}` : 'without a login'),
    sentBody,
  ];
  return `### ${title.filter(Boolean).join(', ')}\n${status}\n${lines.join('')}\n${body}\n`
    .replaceAll(emulator.url, 'http://127.0.0.1')
    .replaceAll(/nonce="[A-Za-z0-9+/]{32}"/g, 'nonce="…"')
    .replaceAll(/emulator-token-[a-f0-9]{48}/g, 'emulator-token-…');
}

// The form is that of recorded responses of Atlas, the values are made up. Before you update the file, compare the change with
// a recording: `npx vitest run test/testing/exchanges.test.ts --update`
it('the emulator sends the responses in exchanges.http', async () => {
  const exchanges = [];
  for (const path of reads) exchanges.push(await exchange([path]));
  for (const request of [...others, ...logins, ...oauth]) exchanges.push(await exchange(request));
  exchanges.push(await exchange([`${flexOne}?envelope=true`], { options: { envelopeKey: 'envelope' } }));
  for (const [answer, ...request] of scripted) exchanges.push(await exchange(request, { answer }));
  const note = '# Unless its title says otherwise, a request logs in with a bearer token.';
  await expect([note, ...exchanges].join('\n')).toMatchFileSnapshot('exchanges.http');
});
