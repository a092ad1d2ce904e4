import { beforeEach, expect, it, vi } from 'vitest';
import { endOnAbort, Scope } from '../../../src/client/http/scope.js';
import { stopClock } from '../../support/clock.js';

beforeEach(stopClock);

const never = new Promise(() => undefined);

it.each<[what: string, wait: (scope: Scope) => Promise<unknown>]>([
  ['a promise', (scope) => scope.waitFor('logging in', never)],
  ['some time', (scope) => scope.sleep('waiting to retry', 60_000)],
])('a wait for %s ends with its scope, also if it begins afterwards', async (_what, wait) => {
  const scope = new Scope();
  const interrupted = wait(scope);
  scope.end('deadline');
  scope.end('too late');
  for (const ended of [interrupted, wait(scope)]) await expect(ended).rejects.toBe('deadline');
  expect(vi.getTimerCount()).toBe(0);
  expect(() => scope.throwIfEnded()).toThrow('deadline');
});

it('a signal whose reason throws ends a scope with what it throws', () => {
  const { signal } = new AbortController();
  const fail = () => {
    throw new Error('no reason');
  };
  Object.defineProperty(signal, 'reason', { get: fail });
  const scope = new Scope();
  endOnAbort(scope, signal);
  signal.dispatchEvent(new Event('abort'));
  expect(() => scope.throwIfEnded()).toThrow('no reason');
});
