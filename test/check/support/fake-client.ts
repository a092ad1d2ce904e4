import type { checkBackups } from '../../../src/check/index.js';
import type { GetOptions } from '../../../src/client/index.js';

type Limits = GetOptions & { signal: AbortSignal; timeout: number; maxRetries: number };

/** A call without an answer, until it is aborted. */
export const hang = (_path: string, { signal }: Limits) =>
  new Promise<never>((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true });
  });

/**
 * A client without a server.
 *
 * @param answer - what it returns for a path, or a promise of it.
 */
export function fakeClient(answer: (path: string, limits: Limits) => unknown): Parameters<typeof checkBackups>[0] {
  // A check sets these limits of each call.
  const call = async (path: string, limits: object) => answer(path, limits as Limits);
  return { get: call, getAll: async (path, limits) => [await call(path, limits)].flat() };
}
