import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { TenantSnapshotsClient, TenantSnapshotsClientOptions } from '../../src/index.js';
import { type Reply, type ScriptedDispatcher, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { listPath, path } from '../support/snapshot-routes.js';

const type = 'AtlasSunsetWarning';

const emitWarning = vi.fn();
beforeEach(() => {
  emitWarning.mockReset();
  vi.spyOn(process, 'emitWarning').mockImplementation(emitWarning);
  // A copy of the package that has not warned yet.
  vi.resetModules();
});

async function open(
  dispatcher: ScriptedDispatcher,
  options?: TenantSnapshotsClientOptions,
): Promise<TenantSnapshotsClient> {
  const { openClient } = await import('../support/open-client.js');
  return openClient({ baseUrl: 'https://cloud.mongodb.com', maxRetries: 0, dispatcher, ...options });
}

type Headers = Record<string, string | string[]>;
const answer = (headers: Headers, status = 200): Reply => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: status === 410 ? { error: 410, errorCode: 'VERSION_GONE' } : { status: 'COMPLETED', results: [] },
});

/** The warnings of a call whose response has these headers. */
async function warningsOf(headers: Headers, options?: TenantSnapshotsClientOptions) {
  const client = await open(scriptedDispatcher(answer(headers)), options);
  await client.getTenantSnapshot(...path);
  return emitWarning.mock.calls;
}

const sunset = { sunset: 'Sat, 31 Jan 2026 23:59:59 GMT' };

describe('the warning of the retirement', () => {
  it('suggests the Flex endpoint, and comes once, whichever client finds the retirement', async () => {
    for (let clients = 0; clients < 2; clients += 1) {
      const client = await open(scriptedDispatcher(answer({}, 410), answer({})));
      for (let call = 0; call < 2; call += 1) await client.getTenantSnapshot(...path);
    }
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/retired.*Flex.*'flex'/), type);
  });

  it('does not come if only a cluster moved to Flex', async () => {
    const client = await open(scriptedDispatcher({ status: 404, body: '<h1>no</h1>' }, answer({})));
    for (let call = 0; call < 2; call += 1) await client.getTenantSnapshot(...path);
    expect(emitWarning).not.toHaveBeenCalled();
  });

  it('and that of a deprecation come once each', async () => {
    const client = await open(scriptedDispatcher(answer(sunset, 410), answer(sunset)));
    for (let call = 0; call < 2; call += 1) await client.getTenantSnapshot(...path);
    const texts = emitWarning.mock.calls.map(([text]) => /deprecated|retired/.exec(text)?.[0]);
    expect(texts).toEqual(['deprecated', 'retired']);
  });
});

describe('the warning of a deprecation', () => {
  it.each<[headers: Headers, expected: RegExp]>([
    [
      { deprecation: '@1737547200', ...sunset },
      /deprecated since 2025-01-22, with a sunset date of 2026-01-31\..*'flex'/,
    ],
    [{ deprecation: 'Mon, 5 Aug 2024 00:00:00 GMT' }, /deprecated since 2024-08-05\. /],
    [{ deprecation: '@-86400' }, /deprecated since 1969-12-31\. /],
    [{ deprecation: 'true' }, /deprecated\. /],
    [{ deprecation: 'x@1737504000' }, /deprecated\. /],
    [{ deprecation: '@soon' }, /deprecated\. /],
    [{ deprecation: '1737504000' }, /deprecated\. /],
    [{ deprecation: '@1737504000.5' }, /deprecated\. /],
    [{ deprecation: `@${'9'.repeat(30)}` }, /deprecated\. /],
    [sunset, /deprecated, with a sunset date of 2026-01-31\. /],
    [{ sunset: 'soon' }, /deprecated\. /],
    [{ sunset: '' }, /deprecated\. /],
  ])('comes for %j', async (headers, expected) => {
    expect(await warningsOf(headers)).toEqual([[expect.stringMatching(expected), type]]);
  });

  it('comes once, whatever the client, the endpoint or the method', async () => {
    for (const endpoint of ['tenant', 'flex'] as const) {
      const client = await open(scriptedDispatcher(answer(sunset)), { endpoint });
      await client.getTenantSnapshot(...path);
      await client.listTenantSnapshots(...listPath);
      await client.waitForTenantSnapshot(...path);
    }
    expect(emitWarning).toHaveBeenCalledOnce();
  });

  it('comes with an error too', async () => {
    const client = await open(scriptedDispatcher(answer(sunset, 403)));
    await expect(client.getTenantSnapshot(...path)).rejects.toMatchObject({ status: 403 });
    expect(emitWarning).toHaveBeenCalledOnce();
  });

  it('does not suggest Flex for a header of Flex', async () => {
    const [[message] = []] = await warningsOf(sunset, { endpoint: 'flex' });
    expect(message).toContain('2026-01-31');
    expect(message).not.toContain("'flex'");
  });

  it('does not come with a token request, or without these headers', async () => {
    const token: Reply = { headers: sunset, body: { access_token: 'token', expires_in: 3600 } };
    const credentials = { clientId: 'id', clientSecret: 'client-secret' };
    const client = await open(scriptedDispatcher(token, answer({ date: sunset.sunset })), { credentials });
    await client.getTenantSnapshot(...path);
    expect(emitWarning).not.toHaveBeenCalled();
  });
});
