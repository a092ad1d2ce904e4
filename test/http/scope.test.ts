import { expect, it } from 'vitest';
import { Scope } from '../../src/http/scope.js';
import { passTime, stopClock } from '../support/clock.js';

/** Runs a part of a call, limited to 1 s, that takes 3 s whatever interrupts it. */
function runStubbornPart() {
  stopClock();
  const scope = new Scope();
  const part = scope.runPart(1_000, 'limit', async () => {
    await new Promise((resolve) => setTimeout(resolve, 3_000));
    scope.throwIfEnded();
  });
  part.catch(() => undefined);
  return { scope, part };
}

it('a part ends with its limit, and the call goes on', async () => {
  const { scope, part } = runStubbornPart();
  await passTime(3_000);
  await expect(part).rejects.toBe('limit');
  expect(() => scope.throwIfEnded()).not.toThrow();
});

it('a call that ends while a part runs on after its limit stays ended', async () => {
  const { scope, part } = runStubbornPart();
  await passTime(2_000);
  scope.end('deadline');
  await passTime(1_000);
  await expect(part).rejects.toBe('deadline');
  expect(() => scope.throwIfEnded()).toThrow('deadline');
});

it('a wait that begins after the end is interrupted at once', async () => {
  const scope = new Scope();
  scope.end('deadline');
  await expect(scope.waitFor('waiting', new Promise(() => undefined))).rejects.toBe('deadline');
});
