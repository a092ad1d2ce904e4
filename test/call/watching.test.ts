import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { TenantSnapshotsClientOptions } from '../../src/index.js';
import type { AtlasEmulator } from '../../src/testing/index.js';
import { openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';

/** OpenTelemetry as an application sets it up, but with the spans kept in memory. */
function watch(): () => ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const instrumentation = new UndiciInstrumentation();
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
  onTestFinished(async () => {
    instrumentation.disable();
    await provider.shutdown();
  });
  return () => exporter.getFinishedSpans();
}

async function openWatched(kind: keyof AtlasEmulator['credentials'], options: TenantSnapshotsClientOptions = {}) {
  const atlas = await openEmulator();
  const client = openClient({ ...options, baseUrl: atlas.url, credentials: atlas.credentials[kind] });
  const get = () => client.getTenantSnapshot(atlas.groupId, atlas.clusterName, atlas.snapshotId);
  return { atlas, get, spans: watch() };
}

const summary = ({ name, attributes }: ReadableSpan) => [
  name,
  attributes['url.path'],
  attributes['http.response.status_code'],
];

describe("OpenTelemetry's undici instrumentation", () => {
  it('records the request of a call', async () => {
    const { atlas, get, spans } = await openWatched('accessToken');
    await get();
    const path = atlas.requests[0]?.path;
    expect(spans().map(summary)).toEqual([['GET', path, 200]]);
    const [span] = spans();
    expect(span?.attributes).toMatchObject({
      'server.address': '127.0.0.1',
      'server.port': Number(new URL(atlas.url).port),
      'user_agent.original': expect.stringContaining('atlas-tenant-snapshots/'),
    });
  });

  it.each([
    ['apiKey', ['GET', 'GET'], [401, 200]],
    ['serviceAccount', ['POST', 'GET'], [200, 200]],
  ] as const)('records the requests of a login with %s', async (kind, methods, statuses) => {
    const { get, spans } = await openWatched(kind);
    await get();
    expect(spans().map(({ name }) => name)).toEqual(methods);
    expect(spans().map(({ attributes }) => attributes['http.response.status_code'])).toEqual(statuses);
  });

  it('records each attempt', async () => {
    const { atlas, get, spans } = await openWatched('accessToken');
    atlas.sunset('flex-cluster');
    await get();
    expect(spans().map(({ attributes }) => attributes['http.response.status_code'])).toEqual([400, 200]);
  });

  it('records a failed request', async () => {
    const { atlas, get, spans } = await openWatched('accessToken', { maxRetries: 0 });
    atlas.respond({ reset: true, times: Number.POSITIVE_INFINITY });
    await expect(get()).rejects.toMatchObject({ code: 'CONNECTION' });
    expect(spans().length).toBeGreaterThan(0);
    for (const { attributes } of spans()) expect(attributes['error.type']).toEqual(expect.any(String));
  });

  it('records no secret', async () => {
    const { atlas, get, spans } = await openWatched('serviceAccount');
    await get();
    const seen = JSON.stringify(spans().map(({ name, attributes, events }) => ({ name, attributes, events })));
    const token = atlas.requests.at(-1)?.headers['authorization']?.split(' ')[1];
    for (const secret of [token, atlas.credentials.serviceAccount.clientSecret]) {
      expect(secret).toEqual(expect.any(String));
      expect(seen).not.toContain(secret);
    }
  });
});
