import { describe, expect, it } from 'vitest';
import type { SunsetForm } from '../../../src/testing/index.js';
import { snapshotId } from '../../support/snapshot-routes.js';
import { flexPath, openApi, tenantPath } from '../support/open-api.js';

const one = tenantPath(`/${snapshotId}`);
const bare = one.slice(1);

// The bodies have the recorded form. The values are made up.
const gone = `{"detail":"Version 2023-01-01 of ${bare} is no longer available.","error":410,"errorCode":"VERSION_GONE","parameters":["2023-01-01","${bare}"],"reason":"Gone"}`;
const noRoute = `{"detail":"Cannot find resource ${one}.","error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":["${one}"],"reason":"Not Found"}`;
const flexCluster =
  '{"detail":"Flex cluster Cluster0 cannot be used in the Cluster API.","error":400,"errorCode":"CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API","parameters":["Cluster0"],"reason":"Bad Request"}';

describe('a sunset', () => {
  it.each<[SunsetForm | undefined, string, number, string]>([
    [undefined, one, 410, gone],
    ['gone', one, 410, gone],
    ['no-route', one, 404, noRoute],
    ['flex-cluster', one, 400, flexCluster],
    ['empty', one, 404, expect.stringContaining('TENANT_SNAPSHOT_NOT_FOUND')],
    ['empty', tenantPath(), 200, expect.stringContaining('"results":[],"totalCount":0')],
  ])('in the form %s answers %s with %i', async (form, path, expected, body) => {
    const { emulator, get } = await openApi();
    emulator.sunset(form);
    const { status, text } = await get(path);
    expect([status, text]).toEqual([expected, body]);
    const enveloped = await get(`${path}?envelope=true`);
    expect([enveloped.status, enveloped.json.status]).toEqual([200, expected]);
  });

  it.each<[SunsetForm, number, string | null, string | null, RegExp]>([
    ['not-found-html', 404, null, 'text/html;charset=utf-8', /^<html>/],
    ['method-not-allowed', 405, 'OPTIONS', null, /^$/],
  ])('in the form %s is never enveloped', async (form, expected, allow, type, body) => {
    const { emulator, get } = await openApi();
    emulator.sunset(form);
    const { status, headers, text } = await get(`${one}?envelope=true`);
    expect([status, headers.get('allow'), headers.get('content-type')]).toEqual([expected, allow, type]);
    expect(text).toMatch(body);
  });

  it('does not affect Flex, and can be ended', async () => {
    const { emulator, get } = await openApi();
    emulator.sunset();
    expect((await get(flexPath())).status).toBe(200);
    emulator.sunset(false);
    expect((await get(one)).status).toBe(200);
  });
});

describe('a deprecation', () => {
  const dates = { deprecation: new Date('2024-08-05T00:00:00Z'), sunset: new Date('2026-01-31T23:59:59Z') };

  it.each([
    [dates, tenantPath(), 'Mon, 5 Aug 2024 00:00:00 GMT', 'Sat, 31 Jan 2026 23:59:59 GMT'],
    [dates, tenantPath('/unknown'), 'Mon, 5 Aug 2024 00:00:00 GMT', 'Sat, 31 Jan 2026 23:59:59 GMT'],
    [{ sunset: dates.sunset }, tenantPath(), null, 'Sat, 31 Jan 2026 23:59:59 GMT'],
    [{}, tenantPath(), null, null],
    [dates, flexPath(), null, null],
  ])('by %j shows in the headers of %s, with a one-digit day', async (announced, path, deprecation, sunset) => {
    const { emulator, get } = await openApi();
    emulator.deprecate(announced);
    const { headers } = await get(path);
    expect([headers.get('deprecation'), headers.get('sunset')]).toEqual([deprecation, sunset]);
  });
});
