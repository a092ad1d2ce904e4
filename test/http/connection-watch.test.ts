import { EventEmitter } from 'node:events';
import { expect, it } from 'vitest';
import { ConnectionWatch } from '../../src/http/connection-watch.js';

it('knows nothing before the first connection', () => {
  expect(ConnectionWatch.over(new EventEmitter()).startsOnUsedOne).toBe(false);
});

it('takes what starts with a connection for new, and what starts later for used', async () => {
  const dispatcher = new EventEmitter();
  const watch = ConnectionWatch.over(dispatcher);
  dispatcher.emit('connect');
  expect(watch.startsOnUsedOne).toBe(false);
  await Promise.resolve();
  expect(watch.startsOnUsedOne).toBe(true);
  dispatcher.emit('connect');
  expect(watch.startsOnUsedOne).toBe(false);
  await Promise.resolve();
  expect(watch.startsOnUsedOne).toBe(true);
});

it('has one listener, however many clients share a dispatcher', () => {
  const dispatcher = new EventEmitter();
  const watch = ConnectionWatch.over(dispatcher);
  for (let client = 0; client < 20; client += 1) expect(ConnectionWatch.over(dispatcher)).toBe(watch);
  expect(dispatcher.listenerCount('connect')).toBe(1);
});

it('keeps dispatchers apart', async () => {
  const [one, other] = [new EventEmitter(), new EventEmitter()];
  const watches = [ConnectionWatch.over(one), ConnectionWatch.over(other)];
  one.emit('connect');
  await Promise.resolve();
  expect(watches.map(({ startsOnUsedOne }) => startsOnUsedOne)).toEqual([true, false]);
});

it.each([{}, { on: 5 }])('knows nothing of a dispatcher that tells nothing: %j', (dispatcher) => {
  expect(ConnectionWatch.over(dispatcher).startsOnUsedOne).toBe(false);
});

it('watches several as one', async () => {
  const [one, other] = [new EventEmitter(), new EventEmitter()];
  const watch = new ConnectionWatch();
  watch.add(one);
  watch.add(other);
  other.emit('connect');
  await Promise.resolve();
  expect(watch.startsOnUsedOne).toBe(true);
});
