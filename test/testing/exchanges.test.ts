import { expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../src/testing/index.js';
import { snapshotId } from '../support/snapshot-routes.js';
import {
  basic,
  clusterApiPath,
  clustersPath,
  dedicatedPath,
  eventsPath,
  flexApiPath,
  openApi,
  otherId,
  projectsPath,
  schedulePath,
  tenantApiPath,
} from './support/open-api.js';

const seed = [
  { clusterName: 'Production', dedicated: true },
  { clusterName: 'Sandbox', free: true },
  { clusterName: 'Archive', dedicated: true, backupEnabled: false },
];
const flexOne = flexApiPath(`/${snapshotId}`);
const tenantOne = tenantApiPath(`/${snapshotId}`);

const answers: readonly string[] = [
  projectsPath,
  eventsPath(),
  clustersPath(),
  flexApiPath(),
  flexOne,
  tenantOne,
  clusterApiPath(),
  dedicatedPath(),
  schedulePath(),
  `${flexOne}?envelope=true`,
  flexApiPath('?envelope=true&itemsPerPage=1'),
];

const errors: readonly (readonly [path: string, init?: RequestInit])[] = [
  ['/api/atlas/v2/nothing'],
  [flexApiPath('', 'Cluster0', otherId)],
  [flexApiPath('', 'Reports')],
  [flexApiPath(`/${otherId}`)],
  [flexApiPath(`/${otherId}?envelope=true`)],
  [tenantApiPath(`/${otherId}`)],
  [flexApiPath('', 'Production')],
  [flexApiPath(`/${otherId}`, 'Production')],
  [flexApiPath('', 'Sandbox')],
  [dedicatedPath('', 'Cluster0')],
  [schedulePath('Cluster0')],
  [schedulePath('Reports')],
  [schedulePath('Archive')],
  [clustersPath('ABC')],
  [tenantApiPath('', '%E4')],
  [schedulePath('-')],
  [flexApiPath('/%2E%2E%2F')],
  [flexApiPath('?itemsPerPage=501')],
  [flexApiPath('?pageNum=0')],
  [flexApiPath(), { method: 'DELETE' }],
  [tenantApiPath(), { method: 'DELETE' }],
  [flexApiPath(), { headers: {} }],
  ['/api/atlas/v2/nothing', { headers: {} }],
  [flexApiPath('?envelope=true'), { headers: { authorization: 'Basic ZW11bGF0b3I6a2V5' } }],
  [flexApiPath(), { headers: { authorization: 'Bearer unknown' } }],
  [flexApiPath('?envelope=true'), { headers: { authorization: 'Bearer unknown' } }],
];

/** A request for a token with this login. */
const tokenRequest = (authorization: string, body: RequestInit['body'] = form('client_credentials')) =>
  ['/api/oauth/token', { method: 'POST', headers: { authorization }, body }] as const;
const form = (grant_type: string) => new URLSearchParams({ grant_type });
const account = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };
const rightSecret = basic(account.clientId, account.clientSecret);

const oauthErrors = [
  tokenRequest(basic(account.clientId, 'wrong')),
  tokenRequest(basic('other', account.clientSecret)),
  tokenRequest('Bearer x'),
  tokenRequest(rightSecret, form('password')),
  tokenRequest(rightSecret, '{}'),
  ['/api/oauth/token'],
] as const;

const scripted: readonly (readonly [path: string, answer: ScriptedAnswer])[] = [
  ...[400, 401, 402, 403, 404, 405, 406, 410, 500, 503, 504].map((status) => [flexOne, { status }] as const),
  [tenantOne, { status: 401, errorCode: 'TENANT_SNAPSHOT_ACCESS_DENIED' }],
  [flexOne, { status: 403, parameters: ['198.51.100.7'] }],
  [flexOne, { status: 403, errorCode: 'ORG_REQUIRES_ACCESS_LIST' }],
  [flexOne, { status: 429, retryAfter: 7 }],
  [tenantOne, { status: 429 }],
  [
    flexOne,
    { status: 599, errorCode: 'CODE', detail: 'Detail.', parameters: [1, 'two'], headers: { 'x-test': 'yes' } },
  ],
  [flexOne, { body: { id: 'x' } }],
  [flexOne, { body: { id: 'x' }, headers: { 'content-type': 'text/json', 'ratelimit-remaining': '0' } }],
  [flexOne, { body: 'plain' }],
  [flexOne, { status: 502, body: '<p>' }],
  [flexOne, { status: 503, body: '', retryAfter: 'Wed, 21 Oct' }],
  [flexOne, { status: 204 }],
  [flexOne, { status: 302, headers: { location: '/elsewhere' } }],
  [`${flexOne}?envelope=true`, { body: { id: 'x' } }],
  [`${flexOne}?envelope=true`, { status: 401 }],
  [`${flexOne}?envelope=true`, { status: 502, body: '<p>' }],
];

/** Headers that Node adds. */
const plain = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/** One request to a new emulator, and its response: an object indented, an error as it was sent. */
async function exchange(path: string, init?: RequestInit, answer?: ScriptedAnswer): Promise<string> {
  const { emulator, get } = await openApi({ seed, credentials: { serviceAccount: account } });
  if (answer !== undefined) emulator.respond(answer);
  const { status, headers, text } = await get(path, init);
  const body = status === 200 && text.startsWith('{') ? JSON.stringify(JSON.parse(text), null, 2) : text;
  const lines = [...headers].filter(([name]) => !plain.includes(name)).map(([name, value]) => `${name}: ${value}\n`);
  const { method = 'GET', headers: sent, body: sentBody } = init ?? {};
  const conditions = [answer && `scripted ${JSON.stringify(answer)}`, sent && `with ${JSON.stringify(sent)}`, sentBody];
  const title = [`${method} ${path}`, ...conditions.filter(Boolean)].join(', ');
  return `### ${title}\n${status}\n${lines.join('')}\n${body}\n`
    .replaceAll(emulator.url, 'http://127.0.0.1')
    .replaceAll(/nonce="[A-Za-z0-9+/]{32}"/g, 'nonce="…"');
}

// The form is that of recorded responses of Atlas, the values are made up. Before you update the file, compare the change with
// a recording: `npx vitest run test/testing/exchanges.test.ts --update`
it('the emulator answers as recorded in exchanges.http', async () => {
  const exchanges = [];
  for (const path of answers) exchanges.push(await exchange(path));
  for (const [path, init] of [...errors, ...oauthErrors]) exchanges.push(await exchange(path, init));
  for (const [path, answer] of scripted) exchanges.push(await exchange(path, { redirect: 'manual' }, answer));
  await expect(exchanges.join('\n')).toMatchFileSnapshot('exchanges.http');
});
