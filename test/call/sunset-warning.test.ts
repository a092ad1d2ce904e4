import { HttpResponse, http } from 'msw';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { failedSnapshot } from '../support/atlas-bodies.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { flexRoute, path, tenantRoute } from '../support/snapshot-routes.js';

const memory = Symbol.for('atlas-tenant-snapshots.sunset');
const type = 'AtlasSunsetWarning';

/** Resets the process to before any warning. */
function forget(): void {
  Reflect.deleteProperty(globalThis, memory);
}

beforeEach(forget);
afterEach(forget);

function watch() {
  return vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
}

function callOnce(emulator: AtlasEmulator) {
  const client = openClient({ baseUrl: emulator.url, credentials: emulator.credentials.accessToken });
  return client.getTenantSnapshot(emulator.groupId, emulator.clusterName, emulator.snapshotId);
}

/** The warnings of a call whose response has these headers. */
async function warningsOf(headers: Record<string, string> | [string, string][]) {
  const emitWarning = watch();
  const server = await startMswServer(http.get(tenantRoute, () => HttpResponse.json(failedSnapshot, { headers })));
  await openClient({ baseUrl: server.url }).getTenantSnapshot(...path);
  return emitWarning.mock.calls;
}

describe('the warning about a sunset', () => {
  it('has its own type, and suggests the Flex endpoint', async () => {
    const emitWarning = watch();
    const emulator = await openEmulator();
    emulator.sunset();
    await callOnce(emulator);
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringMatching(/Flex.*endpoint.*flex/), type);
  });

  it('names the date of the Sunset header', async () => {
    const emitWarning = watch();
    const emulator = await openEmulator();
    emulator.sunset();
    emulator.deprecate({ sunset: new Date('2026-02-03T23:59:59Z') });
    await callOnce(emulator);
    expect(emitWarning).toHaveBeenCalledWith(expect.stringContaining('2026-02-03'), type);
  });

  it('is emitted once per process', async () => {
    const emitWarning = watch();
    const [first, second] = [await openEmulator(), await openEmulator()];
    first.sunset();
    second.sunset('no-route');
    for (const emulator of [first, second, first, second]) await callOnce(emulator);
    expect(emitWarning).toHaveBeenCalledOnce();
  });

  it('is not emitted for a Flex cluster', async () => {
    const emitWarning = watch();
    const emulator = await openEmulator();
    emulator.sunset('flex-cluster');
    await callOnce(emulator);
    expect(emitWarning).not.toHaveBeenCalled();
  });
});

describe('the warning about a deprecation', () => {
  it('names both dates, and suggests "auto" or "flex"', async () => {
    const calls = await warningsOf({ deprecation: '@1737547200', sunset: 'Sat, 31 Jan 2026 23:59:59 GMT' });
    const message = expect.stringMatching(/2025-01-22.*2026-01-31.*auto.*flex/);
    expect(calls).toEqual([[message, type]]);
  });

  it.each<[headers: Record<string, string> | [string, string][], expected: RegExp]>([
    [{ deprecation: '@1737504000' }, /deprecated.*2025-01-22/],
    [{ deprecation: '@-86400' }, /deprecated.*1969-12-31/],
    [{ deprecation: 'true' }, /deprecated/],
    [{ deprecation: 'x@1737504000' }, /deprecated/],
    [{ deprecation: '@soon' }, /deprecated/],
    [{ deprecation: '1737504000' }, /deprecated/],
    [{ deprecation: '@1737504000.5' }, /deprecated/],
    [{ deprecation: `@${'9'.repeat(30)}` }, /deprecated/],
    [{ sunset: 'Sat, 31 Jan 2026 23:59:59 GMT' }, /2026-01-31/],
    [{ sunset: 'soon' }, /deprecated/],
    [{ sunset: '' }, /deprecated/],
    [
      [
        ['Sunset', 'Sat, 31 Jan 2026 23:59:59 GMT'],
        ['Deprecation', '@1737504000'],
      ],
      /2025-01-22.*2026-01-31/,
    ],
  ])('is emitted for %j', async (headers, expected) => {
    expect(await warningsOf(headers)).toEqual([[expect.stringMatching(expected), type]]);
  });

  it('is emitted for an error response', async () => {
    const emitWarning = watch();
    const headers = { sunset: 'Sat, 31 Jan 2026 23:59:59 GMT' };
    const server = await startMswServer(http.get(tenantRoute, () => new HttpResponse(null, { status: 403, headers })));
    await openClient({ baseUrl: server.url })
      .getTenantSnapshot(...path)
      .catch(() => undefined);
    expect(emitWarning).toHaveBeenCalledOnce();
  });

  it('does not suggest Flex for a header of Flex', async () => {
    const emitWarning = watch();
    const headers = { sunset: 'Fri, 31 Jan 2031 23:59:59 GMT' };
    const server = await startMswServer(http.get(flexRoute, () => HttpResponse.json(failedSnapshot, { headers })));
    await openClient({ baseUrl: server.url, endpoint: 'flex' }).getTenantSnapshot(...path);
    expect(emitWarning).toHaveBeenCalledExactlyOnceWith(expect.stringContaining('2031-01-31'), type);
    expect(emitWarning.mock.calls[0]?.[0]).not.toContain('to "flex"');
  });

  it('is not emitted without these headers', async () => {
    expect(await warningsOf({ date: 'Sat, 31 Jan 2026 23:59:59 GMT' })).toEqual([]);
  });
});
