/** The cost of importing the package, and of importing its two dependencies alone. Each import has a new process. */
import { start } from './processes.mjs';
import { column, median, medianRatio } from './statistics.mjs';

async function importFresh(module) {
  const child = await start('import-one.mjs', [module]);
  child.stop();
  return child.first;
}

/** @param {number} rounds */
export async function measureImports(rounds) {
  const own = [];
  const dependencies = [];
  for (let round = 0; round <= rounds; round += 1) {
    own.push(await importFresh('../../dist/index.js'));
    dependencies.push(await importFresh('./dependencies.mjs'));
  }
  // The first round only warms the disk cache.
  own.shift();
  dependencies.shift();
  const compare = (metric) => {
    const ours = column(own, metric);
    const theirs = column(dependencies, metric);
    return { own: median(ours), dependencies: median(theirs), ratio: medianRatio(ours, theirs) };
  };
  return { rounds, wallMilliseconds: compare('wall'), cpuMilliseconds: compare('cpu') };
}
