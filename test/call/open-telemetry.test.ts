import { AsyncLocalStorage } from 'node:async_hooks';
import { type Context, type ContextManager, context, ROOT_CONTEXT } from '@opentelemetry/api';
import { UndiciInstrumentation } from '@opentelemetry/instrumentation-undici';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, it, onTestFinished } from 'vitest';
import { fakeClock, skipTime } from '../support/fault-clock.js';
import { startFaultServer } from '../support/fault-server.js';
import { good, refusal } from '../support/fault-steps.js';
import { hexId } from '../support/many-snapshots.js';
import { openClient } from '../support/open-client.js';
import { clusterName, groupId } from '../support/snapshot-routes.js';

fakeClock();

/** Keeps OpenTelemetry's context in an AsyncLocalStorage, as its SDK for Node does. */
class AsyncContextManager implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT;
  }

  with<A extends unknown[], F extends (...parameters: A) => ReturnType<F>>(
    active: Context,
    run: F,
    thisArg?: ThisParameterType<F>,
    ...parameters: A
  ): ReturnType<F> {
    return this.#storage.run(active, () => run.apply(thisArg, parameters));
  }

  bind<T>(_context: Context, target: T): T {
    return target;
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }
}

/** Turns tracing on for this test, and returns the tracer and the finished spans. */
function startTracing() {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const instrumentation = new UndiciInstrumentation();
  instrumentation.setTracerProvider(provider);
  instrumentation.enable();
  context.setGlobalContextManager(new AsyncContextManager());
  onTestFinished(async () => {
    context.disable();
    instrumentation.disable();
    await provider.shutdown();
  });
  return { tracer: provider.getTracer('test'), spans: () => exporter.getFinishedSpans() };
}

it("makes the span of each request a child of its caller's span, also on a retry", async () => {
  const { tracer, spans } = startTracing();
  const seen = new Map<string, number>();
  const server = await startFaultServer(({ target }) => {
    seen.set(target, (seen.get(target) ?? 0) + 1);
    return seen.get(target) === 3 ? good : refusal(503);
  });
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant' });
  const ids = [1, 2, 3, 4, 5].map(hexId);
  const calls = ids.map((id) =>
    tracer.startActiveSpan(id, async (span) => {
      await client.getTenantSnapshot(groupId, clusterName, id);
      span.end();
    }),
  );
  await skipTime(Promise.all(calls));
  for (const id of ids) {
    const caller = spans().find(({ name }) => name === id);
    const requests = spans().filter(({ attributes }) => String(attributes['url.path']).endsWith(id));
    const parents = requests.map(({ parentSpanContext }) => parentSpanContext?.spanId);
    const own = caller?.spanContext().spanId;
    expect(own).toEqual(expect.any(String));
    expect(parents).toEqual([own, own, own]);
  }
});
