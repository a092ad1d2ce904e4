import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openFaultClient } from '../support/fault-client.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, type Script, snapshotJson } from '../support/fault-steps.js';
import { listPath, path } from '../support/snapshot-routes.js';

/** What a new process knows. */
function forget(): void {
  Reflect.deleteProperty(globalThis, Symbol.for('atlas-tenant-snapshots.sunset'));
}

const emitWarning = vi.fn();
beforeEach(() => {
  forget();
  emitWarning.mockReset();
  vi.spyOn(process, 'emitWarning').mockImplementation(emitWarning);
});
afterEach(forget);

const type = 'AtlasSunsetWarning';
const withHeaders = (...fields: string[]): Script => [answer(200, snapshotJson, ...fields)];

// As Atlas sends them.
const deprecation = 'deprecation: Mon, 5 Aug 2024 00:00:00 GMT';
const sunset = 'sunset: Thu, 1 Jul 2027 00:00:00 GMT';

describe('the warning of a deprecation', () => {
  it.each<[fields: string[], text: RegExp]>([
    [[deprecation], /deprecated since 2024-08-05\. /],
    [[sunset], /deprecated, with a sunset date of 2027-07-01\. /],
    [[deprecation, sunset], /deprecated since 2024-08-05, with a sunset date of 2027-07-01\. /],
    [['deprecation: @1722816000'], /deprecated since 2024-08-05\. /],
  ])('reads %j', async (fields, text) => {
    const server = await startFaultServer(withHeaders(...fields));
    await openFaultClient(server).getTenantSnapshot(...path);
    expect(emitWarning.mock.calls).toEqual([[expect.stringMatching(text), type]]);
  });

  it('comes once per process, whatever the endpoint, the base URL or the method', async () => {
    const body = `{"results":[${snapshotJson}],"totalCount":1,"status":"COMPLETED"}`;
    const servers = [
      await startFaultServer([answer(200, body, sunset)]),
      await startFaultServer([answer(200, body, deprecation)]),
    ];
    for (const server of servers) {
      for (const endpoint of ['tenant', 'flex'] as const) {
        const client = openFaultClient(server, { endpoint });
        await client.getTenantSnapshot(...path);
        await client.listTenantSnapshots(...listPath);
        await client.waitForTenantSnapshot(...path);
      }
    }
    expect(emitWarning).toHaveBeenCalledOnce();
  });

  it('and that of the retirement come once each', async () => {
    const gone = answer(410, '{"error":410,"errorCode":"VERSION_GONE"}', sunset);
    const server = await startFaultServer(({ target }) => (target.includes('/tenant/') ? [gone] : withHeaders(sunset)));
    const client = openFaultClient(server, { endpoint: 'auto' });
    for (let call = 0; call < 3; call += 1) await client.getTenantSnapshot(...path);
    expect(emitWarning.mock.calls.map(([, kind]) => kind)).toEqual([type, type]);
    expect(emitWarning.mock.calls.map(([text]) => /deprecated|retired/.exec(text)?.[0])).toEqual([
      'deprecated',
      'retired',
    ]);
  });

  it('does not come with a token request', async () => {
    const server = await startFaultServer(({ target }) =>
      target.includes('/oauth/') ? [answer(200, '{"access_token":"token","expires_in":3600}', sunset)] : good,
    );
    const credentials = { clientId: 'id', clientSecret: 'client-secret' };
    await openFaultClient(server, { credentials }).getTenantSnapshot(...path);
    expect(emitWarning).not.toHaveBeenCalled();
  });

  it('comes with an error too', async () => {
    const server = await startFaultServer(refusal(403, deprecation));
    await expect(openFaultClient(server).getTenantSnapshot(...path)).rejects.toMatchObject({ status: 403 });
    expect(emitWarning).toHaveBeenCalledOnce();
  });
});

describe('the warning of the retirement', () => {
  it('does not come if only a cluster moved to Flex', async () => {
    const server = await startFaultServer(({ target }) =>
      target.includes('/tenant/') ? [answer(404, '<h1>no</h1>')] : good,
    );
    const client = openFaultClient(server, { endpoint: 'auto' });
    await client.getTenantSnapshot(...path);
    await client.getTenantSnapshot(...path);
    expect(server.requests).toHaveLength(3);
    expect(emitWarning).not.toHaveBeenCalled();
  });
});
