/**
 * The size of the heap after many calls, compared with its size after a fifth of them, and during a check of many projects,
 * compared with one of a tenth of them.
 */
import { start } from './processes.mjs';
import { baseline } from './subjects.mjs';

async function measureHeap(name, atlas, calls) {
  const worker = await start('worker.mjs', [name, atlas.origin]);
  const early = await worker.ask('heap', { calls: calls / 5 });
  const late = await worker.ask('heap', { calls: calls - calls / 5 });
  worker.stop();
  return { earlyBytes: early.heapUsed, lateBytes: late.heapUsed, ratio: late.heapUsed / early.heapUsed };
}

/** Runs the subjects in parallel, because this does not measure time. @param {number} calls */
export async function measureHeaps(atlas, calls) {
  const names = ['client-bearer', 'client-digest', baseline];
  const heaps = await Promise.all(names.map((name) => measureHeap(name, atlas, calls)));
  return { calls, ...Object.fromEntries(names.map((name, n) => [name, heaps[n]])) };
}

/** @param {number} projects */
export async function measureCheckHeap(projects) {
  const worker = await start('check-heap.mjs');
  // The first check warms up.
  await worker.ask('check', { projects: projects / 10 });
  const few = await worker.ask('check', { projects: projects / 10 });
  const many = await worker.ask('check', { projects });
  worker.stop();
  return { projects, fewBytes: few.heapUsed, manyBytes: many.heapUsed, ratio: many.heapUsed / few.heapUsed };
}
