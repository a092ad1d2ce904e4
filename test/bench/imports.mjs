/** What an import costs, each in a fresh process: the package against the two dependencies that it imports itself. */
import { start } from './processes.mjs';
import { median, medianRatio } from './statistics.mjs';

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
  // The first round warmed the disk cache.
  own.shift();
  dependencies.shift();
  const compare = (metric) => {
    const ours = own.map((cost) => cost[metric]);
    const theirs = dependencies.map((cost) => cost[metric]);
    return { own: median(ours), dependencies: median(theirs), ratio: medianRatio(ours, theirs) };
  };
  return { rounds, wallMilliseconds: compare('wall'), cpuMilliseconds: compare('cpu') };
}
