import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TenantSnapshotsClientOptions } from '../../src/index.js';
import { type Behavior, type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

// Not a DeprecationWarning, which would end a process with --throw-deprecation.
const type = 'AtlasSunsetWarning';
const emitWarning = vi.fn();

beforeEach(() => {
  // Each copy of the package has its own memory.
  vi.resetModules();
  emitWarning.mockReset();
  vi.spyOn(process, 'emitWarning').mockImplementation(emitWarning);
});

/** A client of the copy of the package that the test has loaded. */
async function open(script: Behavior[], options: TenantSnapshotsClientOptions = {}) {
  const { TenantSnapshotsClient } = await import('../../src/index.js');
  const dispatcher = scriptedDispatcher(...script);
  const credentials = { accessToken: 'token' };
  return new TenantSnapshotsClient({ dispatcher, credentials, endpoint: 'tenant', maxRetries: 0, ...options });
}

/** The warnings of a call that gets this response. */
async function warningsOf(reply: Reply, options: TenantSnapshotsClientOptions = {}) {
  const client = await open([reply], options);
  await client.getTenantSnapshot(...path).catch(() => undefined);
  return emitWarning.mock.calls;
}

// As Atlas sends them.
const deprecation = 'Mon, 5 Aug 2024 00:00:00 GMT';
const sunset = 'Thu, 1 Jul 2027 00:00:00 GMT';
const ofTenant =
  "Set the endpoint option to 'auto' to switch to the Flex endpoint automatically, or to 'flex' to call only that one.";

describe('the warning of a deprecation', () => {
  it.each<[headers: Record<string, string>, text: string]>([
    [{ deprecation }, ' since 2024-08-05'],
    [{ sunset }, ', with a sunset date of 2027-07-01'],
    [{ deprecation, sunset }, ' since 2024-08-05, with a sunset date of 2027-07-01'],
    [{ deprecation: '@1722816000' }, ' since 2024-08-05'],
    [{ deprecation: ' @-86400 ' }, ' since 1969-12-31'],
    ...['true', 'x@1737504000', '@soon', '1737504000', '@1737504000.5', `@${'9'.repeat(30)}`].map(
      (deprecation): [Record<string, string>, string] => [{ deprecation }, ''],
    ),
    [{ sunset: 'soon' }, ''],
    [{ sunset: '' }, ''],
  ])('reads %j', async (headers, text) => {
    expect(await warningsOf({ headers })).toEqual([
      [`Atlas marks the tenant snapshot endpoint as deprecated${text}. ${ofTenant}`, type],
    ]);
  });

  it('of the Flex endpoint does not suggest another endpoint, and comes with an error too', async () => {
    expect(await warningsOf({ status: 403, headers: { sunset } }, { endpoint: 'flex' })).toEqual([
      [
        'Atlas marks the flex snapshot endpoint as deprecated, with a sunset date of 2027-07-01. Look for a newer version of atlas-tenant-snapshots.',
        type,
      ],
    ]);
  });

  it('does not come without these headers, nor with a token request', async () => {
    expect(await warningsOf({ headers: { date: sunset } })).toEqual([]);
    const token = { headers: { sunset }, body: { access_token: 'token', token_type: 'Bearer', expires_in: 3600 } };
    const client = await open([token, {}], { credentials: { clientId: 'id', clientSecret: 'client-secret' } });
    await client.getTenantSnapshot(...path);
    expect(emitWarning).not.toHaveBeenCalled();
  });

  it('comes once per copy of the package, whatever the client, the endpoint or the method', async () => {
    const body = { results: [], status: 'COMPLETED' };
    for (const _copy of [1, 2]) {
      vi.resetModules();
      emitWarning.mockReset();
      for (const headers of [{ sunset }, { deprecation }]) {
        for (const endpoint of ['tenant', 'flex'] as const) {
          const client = await open([{ headers, body }], { endpoint });
          await client.getTenantSnapshot(...path);
          await client.listTenantSnapshots(...listPath);
          await client.waitForTenantSnapshot(...path);
        }
      }
      expect(emitWarning).toHaveBeenCalledOnce();
    }
  });
});

describe('the warning of the retirement', () => {
  const gone = { status: 410, body: { error: 410, errorCode: 'VERSION_GONE' } };

  it('comes once, beside that of a deprecation, and says what to do', async () => {
    const headers = { sunset };
    const auto = { endpoint: 'auto' } as const;
    for (const client of [await open([{ ...gone, headers }, {}], auto), await open([gone, {}], auto)]) {
      for (const _call of [1, 2]) await client.getTenantSnapshot(...path);
    }
    expect(emitWarning.mock.calls).toEqual([
      [expect.stringContaining('deprecated'), type],
      [
        "Atlas has retired the tenant (M2/M5) snapshot endpoint. Calls with the endpoint option 'auto' now go straight to the Flex endpoint. Set the option to 'flex' so that new processes do not try the tenant endpoint first.",
        type,
      ],
    ]);
  });

  it('does not come if only a cluster moved to Flex', async () => {
    const client = await open([{ status: 404, body: '<h1>no</h1>' }, {}], { endpoint: 'auto' });
    for (const _call of [1, 2]) await client.getTenantSnapshot(...path);
    expect(emitWarning).not.toHaveBeenCalled();
  });
});
