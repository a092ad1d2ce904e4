/** What is left on the heap after many calls, against what was left after a fifth of them. */
import { start } from './processes.mjs';
import { yardstick } from './subjects.mjs';

async function measureHeap(name, atlas, calls) {
  const worker = await start('worker.mjs', [name, atlas.origin]);
  const early = await worker.ask('heap', { calls: calls / 5 });
  const late = await worker.ask('heap', { calls: calls - calls / 5 });
  worker.stop();
  return { earlyBytes: early.heapUsed, lateBytes: late.heapUsed, ratio: late.heapUsed / early.heapUsed };
}

/** Side by side: time is not what is measured. @param {number} calls */
export async function measureHeaps(atlas, calls) {
  const names = ['client-bearer', 'client-digest', yardstick];
  const heaps = await Promise.all(names.map((name) => measureHeap(name, atlas, calls)));
  return { calls, ...Object.fromEntries(names.map((name, n) => [name, heaps[n]])) };
}
