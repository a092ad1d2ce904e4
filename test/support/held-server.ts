import { expect } from 'vitest';
import { type Answer, type SeenRequest, startDigestServer } from './digest-server.js';

/** A server that responds to each request when the test calls `answer`, in any order. */
export interface HeldServer {
  readonly url: string;
  readonly requests: readonly SeenRequest[];
  /** Resolves once that many requests have arrived. */
  arrived(count: number): Promise<void>;
  /** Responds to the request with this number once it has arrived. */
  answer(number: number, answer: Answer): Promise<void>;
}

/** Starts a server that stops after the test. */
export async function startHeldServer(): Promise<HeldServer> {
  const held = new Map<number, (answer: Answer) => void>();
  const { url, requests } = await startDigestServer(({ number, path }) =>
    // close() of a client revokes its token.
    path.endsWith('/revoke') ? { status: 200 } : new Promise((resolve) => held.set(number, resolve)),
  );
  const arrived = (count: number) => expect.poll(() => held.size, { interval: 1 }).toBeGreaterThanOrEqual(count);
  return {
    url,
    requests,
    arrived,
    async answer(number, answer) {
      await arrived(number);
      held.get(number)?.(answer);
    },
  };
}
