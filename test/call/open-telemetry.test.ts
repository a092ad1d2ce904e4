import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, it, onTestFinished } from 'vitest';
import { hexId } from '../support/atlas-bodies.js';
import { runClock, stopClock } from '../support/clock.js';
import { openBareClient } from '../support/open-client.js';
import { startRawServer } from '../support/raw-server.js';
import { good, refusal } from '../support/raw-steps.js';
import { clusterName, groupId } from '../support/snapshot-routes.js';

const storage = new AsyncLocalStorage<Context>();

/** Keeps OpenTelemetry's context in an AsyncLocalStorage, as its SDK for Node does. */
const contextManager: ContextManager = {
  active: () => storage.getStore() ?? ROOT_CONTEXT,
  with: (active, run, thisArg, ...parameters) => storage.run(active, () => run.apply(thisArg, parameters)),
  bind: (_context, target) => target,
  enable: () => contextManager,
  disable: () => contextManager,
};

/** Turns OpenTelemetry on for this test, as an application sets it up. Returns the tracer and the finished spans. */
function startTracing() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const instrumentation = new UndiciInstrumentation();
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
  context.setGlobalContextManager(contextManager);
  onTestFinished(async () => {
    context.disable();
    instrumentation.disable();
    await provider.shutdown();
  });
  return { tracer: provider.getTracer('test'), spans: () => exporter.getFinishedSpans() };
}

it("makes the span of each request a child of its caller's span, also on a retry", async () => {
  stopClock();
  const { tracer, spans } = startTracing();
  const seen = new Map<string, number>();
  const server = await startRawServer(({ target }) => {
    seen.set(target, (seen.get(target) ?? 0) + 1);
    return seen.get(target) === 3 ? good : refusal(503);
  });
  const client = openBareClient(server, { maxRetries: 2 });
  const ids = [1, 2, 3].map(hexId);
  const calls = ids.map((id) =>
    tracer.startActiveSpan(id, async (span) => {
      await client.getTenantSnapshot(groupId, clusterName, id);
      span.end();
    }),
  );
  await runClock(Promise.all(calls));
  for (const id of ids) {
    const caller = spans().find(({ name }) => name === id);
    const requests = spans().filter(({ attributes }) => String(attributes['url.path']).endsWith(id));
    const parents = requests.map(({ parentSpanContext }) => parentSpanContext?.spanId);
    const own = caller?.spanContext().spanId;
    expect(own).toEqual(expect.any(String));
    expect(parents).toEqual([own, own, own]);
  }
});
