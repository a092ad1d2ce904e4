import { expect, it, vi } from 'vitest';
import { Scope } from '../../src/http/scope.js';
import { stopClock } from '../support/clock.js';

const never = new Promise(() => undefined);

it.each<[what: string, wait: (scope: Scope) => Promise<unknown>]>([
  ['a promise', (scope) => scope.waitFor('waiting', never)],
  ['some time', (scope) => scope.sleep(60_000)],
])('a wait for %s ends with its scope, also if it begins afterwards', async (_what, wait) => {
  stopClock();
  const scope = new Scope();
  const interrupted = wait(scope);
  scope.end('deadline');
  scope.end('too late');
  for (const ended of [interrupted, wait(scope)]) await expect(ended).rejects.toBe('deadline');
  expect(vi.getTimerCount()).toBe(0);
  expect(() => scope.throwIfEnded()).toThrow('deadline');
});
