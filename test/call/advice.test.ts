import { describe, expect, it } from 'vitest';
import { snapshotTarget } from '../../src/atlas/snapshots.js';
import { pathListTarget, pathTarget } from '../../src/atlas/target.js';
import { adviceFor, adviseOnStatus, adviseOnTransport } from '../../src/call/advice.js';
import type { NoResponseKind } from '../../src/http/no-response.js';
import { clusterName, groupId, snapshotId } from '../support/snapshot-routes.js';

const auto = { endpoint: 'auto' } as const;
const list = { groupId, clusterName };

const targets = {
  'one snapshot at Flex': snapshotTarget({ ...list, snapshotId }, { endpoint: 'flex' }),
  'the snapshots at Flex': snapshotTarget(list, { endpoint: 'flex' }),
  'one snapshot at the tenant endpoint': snapshotTarget({ ...list, snapshotId }, { endpoint: 'tenant' }),
  'the snapshots at the tenant endpoint': snapshotTarget(list, { endpoint: 'tenant' }),
  'a v2 path': pathTarget({ path: '/api/atlas/v2/groups' }, auto),
  'a v2 list': pathListTarget({ path: '/api/atlas/v2/groups' }, auto),
  'another path': pathTarget({ path: '/api/atlas/v1.0/groups' }, auto),
};
type Target = keyof typeof targets;

const atFlex: Target[] = ['one snapshot at Flex', 'the snapshots at Flex'];
const atTenant: Target[] = ['one snapshot at the tenant endpoint', 'the snapshots at the tenant endpoint'];
const snapshots = [...atFlex, ...atTenant];
const single: Target[] = ['one snapshot at Flex', 'one snapshot at the tenant endpoint'];
const lists: Target[] = ['the snapshots at Flex', 'the snapshots at the tenant endpoint'];
const versioned: Target[] = ['a v2 path', 'a v2 list'];
const paths: Target[] = [...versioned, 'another path'];
const all = [...snapshots, ...paths];

const advise = (target: Target, status: number, errorCode?: string, isFromAtlas = true) =>
  adviseOnStatus({ status, isFromAtlas, error: { errorCode } }, undefined, targets[target]);

const checkPath = 'Check baseUrl and any proxy on the way to Atlas.';
const update = 'Update atlas-tenant-snapshots to a version for the current API.';
const retired = "Atlas has retired the tenant endpoint. Pass endpoint: 'flex', or leave the option out.";
const setVersion = 'Set the option apiVersion to a version that this path supports.';

describe('the advice on a code, whatever the status,', () => {
  const dedicated = (project: string, cluster: string) =>
    'The cluster is dedicated (M10 or larger) or free (M0). Read the snapshots of a dedicated cluster with ' +
    `getAll('/api/atlas/v2/groups/${project}/clusters/${cluster}/backup/snapshots'), or check the backups of all clusters ` +
    'with checkBackups.';
  const role = 'The login is valid, but a role is missing. Grant the API key or service account';

  it.each<[errorCode: string, of: Target[], advice: string, status?: number]>([
    ['USER_UNAUTHORIZED', snapshots, `${role} the role Project Read Only.`, 401],
    ['TENANT_SNAPSHOT_ACCESS_DENIED', snapshots, `${role} the role Project Read Only.`, 401],
    ['USER_UNAUTHORIZED', paths, `${role} a role that can read this path, such as Project Read Only.`, 401],
    [
      'IP_ADDRESS_NOT_ON_ACCESS_LIST',
      all,
      'Add the IP address in the error to the IP access list of the API key or service account.',
    ],
    [
      'ORG_REQUIRES_ACCESS_LIST',
      all,
      'Create an IP access list for the API key or service account, and add the public IP address of this machine.',
    ],
    ['GROUP_NOT_FOUND', all, 'Check the project ID, and that the login has access to the project.'],
    ['CLUSTER_NOT_FOUND', all, 'Check the cluster name and the project ID.'],
    [
      'TENANT_SNAPSHOT_NOT_FOUND',
      all,
      'List the snapshots to see which exist. Atlas deletes a snapshot when it expires.',
    ],
    ['CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', snapshots, dedicated(groupId, clusterName)],
    ['CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API', paths, dedicated('{groupId}', '{clusterName}')],
    [
      'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API',
      atTenant,
      "This is a Flex cluster. Pass endpoint: 'flex', or leave the option out.",
    ],
    ['CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', paths, 'This is a Flex cluster. Use the Flex API for it.'],
    ['RESOURCE_NOT_FOUND', atTenant, retired, 404],
    ['INVALID_VERSION_DATE', snapshots, update],
    ['INVALID_VERSION_DATE', versioned, setVersion],
    ['INVALID_VERSION_DATE', ['another path'], checkPath],
    // It only looks like a known one.
    ['toString', all, checkPath],
  ])('%s of %j', (errorCode, of, advice, status = 418) => {
    for (const target of of) expect([target, advise(target, status, errorCode)]).toEqual([target, advice]);
  });
});

describe('the advice on a status', () => {
  const login = 'and its IP access list.';

  it.each<[status: number, of: Target[], advice: string, errorCode?: string | undefined, isFromAtlas?: boolean]>([
    [302, all, `Redirects are not followed. ${checkPath}`],
    [400, all, 'Check the arguments. If the error has a badRequestDetail, that lists the rejected fields.'],
    [401, snapshots, `Check the API key or token, its role (Project Read Only) ${login}`],
    [401, paths, `Check the API key or token, its roles ${login}`],
    [402, all, 'The owner of the organization must add a payment method.'],
    [403, snapshots, `Check the role of the API key or service account (Project Read Only) ${login}`],
    [403, paths, `Check the roles of the API key or service account ${login}`],
    [404, single, 'Check the project ID, the cluster name and the snapshot ID.'],
    [404, lists, 'Check the project ID and the cluster name.'],
    [404, paths, 'Check the path and the IDs in it.', 'RESOURCE_NOT_FOUND'],
    [404, all, `The response is not from Atlas. ${checkPath}`, undefined, false],
    [406, snapshots, update],
    [406, versioned, setVersion],
    [406, ['another path'], checkPath],
    [408, all, 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.'],
    [410, atTenant, retired],
    [410, atFlex, update],
    [410, paths, 'Use a newer apiVersion, or the path that replaced this one.'],
    [418, all, checkPath],
    [429, all, 'Wait before the next call, and make fewer calls.'],
    [503, all, 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.'],
  ])('%i of %j', (status, of, advice, errorCode, isFromAtlas) => {
    for (const target of of) expect([target, advise(target, status, errorCode, isFromAtlas)]).toEqual([target, advice]);
  });

  it('names the wait after a 429, if Atlas does', () => {
    const advice = 'Wait 1500 ms before the next call, and make fewer calls.';
    const response = { status: 429, isFromAtlas: true, error: undefined };
    expect(adviseOnStatus(response, 1_500, targets['a v2 path'])).toBe(advice);
  });
});

it('the advice on an unusable body names the schema if the caller may have passed one', () => {
  const proxy = 'Check whether a proxy modifies responses. If that is not the reason, report a bug.';
  for (const target of snapshots) expect(adviceFor(targets[target]).unusableBody).toBe(proxy);
  const schema = 'Check the path and the schema. If that is not the reason, report a bug.';
  for (const target of paths) expect(adviceFor(targets[target]).unusableBody).toBe(schema);
});

it.each<[kind: NoResponseKind, hasFallback: boolean, advice: string]>([
  [
    'connect timeout',
    true,
    'Check the network, baseUrl and any proxy on the way to Atlas, or raise attemptTimeout, which also limits connecting (10 s at most).',
  ],
  ['proxy login', true, 'The proxy requires a login (407). Add a user name and password to HTTPS_PROXY.'],
  [
    'proxy refusal',
    true,
    'The proxy refused the connection (403). Allow the host in the proxy, or add it to NO_PROXY.',
  ],
  [
    'dispatcher version',
    true,
    'The dispatcher rejected the request. Pass a dispatcher of undici 7 or 8, not of an older version.',
  ],
  [
    'certificate',
    true,
    'The TLS certificate was rejected. Check baseUrl, or add your certificate authority with NODE_EXTRA_CA_CERTS.',
  ],
  ['mock', true, "No mock answers GET /x. Flex is asked first: mock that path, or set endpoint: 'tenant'."],
  ['mock', false, 'No mock answers GET /x. Add one.'],
  ['fetch refusal', true, 'The option fetch rejected with an error of its own. Check that function.'],
  ['other', true, 'Check the network, baseUrl and any proxy on the way to Atlas.'],
])('the advice on an exchange without a response: %s, with a fallback: %s', (kind, hasFallback, advice) => {
  const target = pathTarget({ path: '/x' }, { endpoint: 'auto' });
  const fallback = hasFallback ? { target, isMissing: () => true, isEmpty: () => true } : undefined;
  expect(adviseOnTransport(kind, { ...target, fallback })).toBe(advice);
});
