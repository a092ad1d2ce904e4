import type { checkBackups } from '../../../src/check/index.js';
import type { GetOptions } from '../../../src/client/index.js';

type Limits = GetOptions & { signal: AbortSignal; timeout: number };

/** A call that ignores its signal and its timeout. */
export const ignoring = () => new Promise<never>(() => {});

/**
 * A client without a server.
 *
 * @param answer - what it returns for a path, or a promise of it.
 */
export function fakeClient(answer: (path: string, limits: Limits) => unknown): Parameters<typeof checkBackups>[0] {
  // A check sets both limits of each call.
  const call = async (path: string, limits: object) => answer(path, limits as Limits);
  return { get: call, getAll: async (path, limits) => [await call(path, limits)].flat() };
}
