import type { checkBackups } from '../../../src/check/index.js';

/** A call that ignores its signal and its timeout. */
export const ignoring = () => new Promise<never>(() => {});

/**
 * A client without a server.
 *
 * @param answer - what it returns for a path, or a promise of it.
 */
export function fakeClient(
  answer: (path: string, limits: { signal: AbortSignal; timeout: number }) => unknown,
): Parameters<typeof checkBackups>[0] {
  const call: unknown = async (path: string, limits: { signal: AbortSignal; timeout: number }) => answer(path, limits);
  // A check only awaits a call, so a plain promise does.
  return { get: call, getAll: call } as never;
}
