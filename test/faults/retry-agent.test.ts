import { Agent, interceptors, RetryAgent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import type { DispatcherLike } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, good, refusal, type Script } from '../support/fault-steps.js';

expectNoUnhandledRejection();

const retry = { maxRetries: 2, minTimeout: 1, maxTimeout: 2 };
const elsewhere = [answer(302, '', 'location: /elsewhere')];

// Each calls onRequestStart more than once for a request of the client.
const dispatchers: [name: string, first: Script, open: () => DispatcherLike][] = [
  ['a RetryAgent', refusal(503), () => new RetryAgent(openAgent(), retry)],
  ['an agent that retries', refusal(503), () => openAgent().compose(interceptors.retry(retry))],
  [
    'an agent that follows redirects',
    elsewhere,
    () => openAgent().compose(interceptors.redirect({ maxRedirections: 2 })),
  ],
];

function openAgent(): Agent {
  const agent = new Agent();
  onTestFinished(() => agent.destroy());
  return agent;
}

describe.each(dispatchers)('over %s', (_name, first, open) => {
  it('a call succeeds, and the client closes', async () => {
    const server = await startFaultServer([first, good]);
    const client = openFaultClient(server, { dispatcher: open() });
    await expect(get(client)).resolves.toMatchObject({ status: 'COMPLETED' });
    expect(server.requests).toHaveLength(2);
    await client.close();
  });

  it('an attempt times out, and the client closes', async () => {
    const server = await startFaultServer([first, []]);
    const client = openFaultClient(server, { dispatcher: open(), attemptTimeout: 100 });
    await expect(get(client)).rejects.toMatchObject({ code: 'TIMEOUT' });
    await client.close();
  });
});
