import { describe, expect, it } from 'vitest';
import type { ScriptedAnswer } from '../../../src/testing/index.js';
import { groupId, snapshotId } from '../../support/snapshot-routes.js';
import { dedicatedPath, flexApiPath, openApi, otherId, schedulePath, tenantApiPath } from '../support/open-api.js';

// The bodies have the recorded form: compact, with their keys in this order. The values are made up.
const noRoute =
  '{"detail":"Cannot find resource /api/atlas/v2/nothing.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["/api/atlas/v2/nothing"],"reason":"Not Found"}';
const noProject = `{"detail":"No group with ID ${otherId} exists.","error":404,"errorCode":"GROUP_NOT_FOUND","parameters":["${otherId}"],"reason":"Not Found"}`;
const noCluster = `{"detail":"No cluster named Reports exists in group ${groupId}.","error":404,"errorCode":"CLUSTER_NOT_FOUND","parameters":["Reports","${groupId}"],"reason":"Not Found"}`;
const noSnapshot = `{"detail":"No M2/M5 snapshot with ID ${otherId} exists for cluster Cluster0.","error":404,"errorCode":"TENANT_SNAPSHOT_NOT_FOUND","parameters":["${otherId}","Cluster0"],"reason":"Not Found"}`;
const badVersion =
  '{"detail":"Invalid accept header or version date.","error":406,"errorCode":"INVALID_VERSION_DATE","parameters":[],"reason":"Not Acceptable"}';
const notFlex =
  '{"detail":"Cannot use non-flex cluster Production in the flex API.","error":400,"errorCode":"CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API","parameters":["Production"],"reason":"Bad Request"}';
const notDedicated =
  '{"detail":"Flex cluster Cluster0 cannot be used in the Cluster API.","error":400,"errorCode":"CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API","parameters":["Cluster0"],"reason":"Bad Request"}';
const noRole =
  '{"detail":"Current user is not authorized to perform this action.","error":401,"errorCode":"USER_UNAUTHORIZED","parameters":[],"reason":"Unauthorized"}';
const snapshotDenied =
  '{"detail":"Not authorized to access specified tenant snapshot.","error":401,"errorCode":"TENANT_SNAPSHOT_ACCESS_DENIED","parameters":[],"reason":"Unauthorized"}';
const addressDenied = (address: string) =>
  `{"detail":"IP address ${address} is not allowed to access this resource.","error":403,"errorCode":"IP_ADDRESS_NOT_ON_ACCESS_LIST","parameters":["${address}"],"reason":"Forbidden"}`;
const listRequired =
  '{"detail":"This organization requires access through an access list of ip ranges.","error":403,"errorCode":"ORG_REQUIRES_ACCESS_LIST","parameters":["127.0.0.1"],"reason":"Forbidden"}';
const unexpected =
  '{"detail":"Unexpected error.","error":500,"errorCode":"UNEXPECTED_ERROR","parameters":[],"reason":"Internal Server Error"}';
const rateLimited = (path: string, wait: number, capacity: number, refill: number) =>
  `{"detail":"Rate limit exceeded for ${path}. Please retry after ${wait} seconds. Request capacity: ${capacity}. Refill rate: ${refill} per 60 seconds. For more information, see: http://dochub.mongodb.org/core/atlas-api-rate-limit.","error":429,"errorCode":"RATE_LIMITED_TOKEN_BUCKET","parameters":["${path}",${wait},${capacity},${refill},60],"reason":"Too Many Requests"}`;

const flexOne = flexApiPath(`/${snapshotId}`);
const tenantOne = tenantApiPath(`/${snapshotId}`);

it.each([
  ['an unknown route, with its leading slash', '/api/atlas/v2/nothing', noRoute],
  ['an unknown project', flexApiPath('', 'Cluster0', otherId), noProject],
  ['an unknown cluster', flexApiPath('', 'Reports'), noCluster],
  ['an unknown snapshot', flexApiPath(`/${otherId}`), noSnapshot],
  ['an unknown snapshot of the tenant endpoint', tenantApiPath(`/${otherId}`), noSnapshot],
  ['a dedicated cluster at Flex', flexApiPath('', 'Production'), notFlex],
  ['a snapshot of a dedicated cluster at Flex', flexApiPath(`/${otherId}`, 'Production'), notFlex],
  ['a free cluster at Flex', flexApiPath('', 'Sandbox'), notFlex.replaceAll('Production', 'Sandbox')],
  ['a Flex cluster at the Cluster API', dedicatedPath('', 'Cluster0'), notDedicated],
  ['a Flex cluster at the Cluster API, its schedule', schedulePath('Cluster0'), notDedicated],
  ['an unknown cluster at the Cluster API', schedulePath('Reports'), noCluster],
])('the recorded error is sent for %s', async (_name, path, expected) => {
  const production = { clusterName: 'Production', dedicated: true };
  const { get } = await openApi({ seed: [production, { clusterName: 'Sandbox', free: true }] });
  const { status, headers, text, json } = await get(path);
  expect(text).toBe(expected);
  expect([status, headers.get('x-error-code')]).toEqual([json.error, json.errorCode]);
  expect(headers.get('content-type')).toBe('application/json');
});

// Its code is known, its text is not.
it('a dedicated cluster without backups has no schedule', async () => {
  const { get } = await openApi({ seed: { clusterName: 'Production', dedicated: true, backupEnabled: false } });
  expect((await get(schedulePath())).json).toMatchObject({ error: 404, errorCode: 'BACKUP_CONFIG_NOT_FOUND' });
});

describe('a scripted error has the recorded fields', () => {
  it.each<[ScriptedAnswer, string, string]>([
    [{ status: 401 }, flexOne, noRole],
    [{ status: 401, errorCode: 'TENANT_SNAPSHOT_ACCESS_DENIED' }, tenantOne, snapshotDenied],
    [{ status: 403 }, flexOne, addressDenied('127.0.0.1')],
    [{ status: 403, parameters: ['198.51.100.7'] }, flexOne, addressDenied('198.51.100.7')],
    [{ status: 403, errorCode: 'ORG_REQUIRES_ACCESS_LIST' }, flexOne, listRequired],
    [{ status: 406 }, flexOne, badVersion],
    [{ status: 429, retryAfter: 7 }, flexOne, rateLimited(flexOne.slice(1), 7, 1200, 500)],
    [{ status: 429 }, tenantOne, rateLimited(tenantOne.slice(1), 0, 4000, 2000)],
    [{ status: 500 }, flexOne, unexpected],
  ])('%j', async (answer, path, expected) => {
    const { emulator, get } = await openApi();
    emulator.respond(answer);
    const { status, headers, text, json } = await get(path);
    expect([status, text]).toEqual([answer.status, expected]);
    expect(headers.get('x-error-code')).toBe(json.errorCode);
    expect(headers.get('retry-after')).toBe(answer.retryAfter?.toString() ?? null);
    expect(headers.has('www-authenticate')).toBe(false);
    expect(headers.has('ratelimit-limit')).toBe(answer.status !== 401 && path === flexOne);
  });

  it.each([
    [400, 'VALIDATION_ERROR'],
    [402, 'NO_PAYMENT_INFORMATION_FOUND'],
    [404, 'GROUP_NOT_FOUND'],
    [410, 'VERSION_GONE'],
    [503, 'SERVICE_UNAVAILABLE'],
    [504, 'UNEXPECTED_ERROR'],
  ])('and by its status %i the code %s', async (status, errorCode) => {
    const { emulator, get } = await openApi();
    emulator.respond({ status });
    expect((await get(flexOne)).json).toMatchObject({ error: status, errorCode });
  });

  it('except a 405, which has no body', async () => {
    const { emulator, get } = await openApi();
    emulator.respond({ status: 405 });
    expect(await get(flexOne)).toMatchObject({ status: 405, text: '' });
  });
});
