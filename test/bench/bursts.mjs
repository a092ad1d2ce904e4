/**
 * Concurrent calls: 10,000 on a warm client, to count the successes and the connections, and 100 on a cold one, to count
 * the requests.
 */
import { start } from './processes.mjs';

const callsAtOnce = 10_000;
const coldCalls = 100;

async function measureBurst(name, atlas) {
  const worker = await start('worker.mjs', [name, atlas.origin]);
  await worker.ask('rate', { calls: 500, atOnce: 16 });
  await atlas.takeCounts();
  const { answered, milliseconds } = await worker.ask('burst', { calls: callsAtOnce });
  const { connections } = await atlas.takeCounts();
  await worker.ask('cold', { calls: coldCalls });
  const { bearer, digest, refused } = await atlas.takeCounts();
  worker.stop();
  return { answered, milliseconds, connections, requestsFor100Cold: bearer + digest + refused };
}

/** @param {string[]} names */
export async function measureBursts(atlas, names) {
  const results = {};
  for (const name of names) results[name] = await measureBurst(name, atlas);
  return results;
}
