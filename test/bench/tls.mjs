/**
 * What users wait for over a network: cold calls and a sweep over TLS with a round trip of 50 ms.
 *
 * Each measurement runs in a new process whose first call it is, because global `fetch` keeps its connections until the
 * process ends. The processes trust the server through NODE_EXTRA_CA_CERTS, so that no subject needs an option for it.
 */
import { makeCertificate } from './certificate.mjs';
import { start } from './processes.mjs';
import { column, median, medianRatio } from './statistics.mjs';

const roundTripMs = 50;
const concurrentCalls = 100;

/**
 * A sweep over the clusters of a large organization, 8 calls at once as in examples/nightly-check.mjs. In a shorter sweep
 * the cold start, which is the same for both clients, would weigh more than the calls.
 */
const sweep = { calls: 500, atOnce: 8 };

async function openSite() {
  const certificate = makeCertificate();
  const atlas = await start('atlas.mjs', [certificate.certFile, certificate.keyFile]);
  const proxy = await start('delaying-proxy.mjs', [atlas.first.port, roundTripMs / 2]);
  const env = { NODE_EXTRA_CA_CERTS: certificate.certFile };
  return {
    /** Gives the order to a new process of the subject, and counts the connections that it opens. */
    async measure(name, order, details) {
      const worker = await start('worker.mjs', [name, `https://localhost:${proxy.first.port}`], env);
      const result = await worker.ask(order, details);
      worker.stop();
      const { connections } = await proxy.ask('counts');
      return { ...result, connections };
    },
    close() {
      proxy.stop();
      atlas.stop();
      certificate.remove();
    },
  };
}

async function measureColdDigestCall(site, runCount) {
  const runs = [];
  for (let n = 0; n < runCount; n += 1) runs.push(await site.measure('client-digest', 'burst', { calls: 1 }));
  return { milliseconds: median(column(runs, 'milliseconds')), connections: Math.max(...column(runs, 'connections')) };
}

/** Measures two subjects in turn, so that a change in the machine's speed affects both. */
async function measurePairs(site, names, runCount, order, details) {
  const pairs = [];
  for (let n = 0; n < runCount; n += 1) {
    const pair = [];
    for (const name of names) pair.push(await site.measure(name, order, details));
    pairs.push(pair);
  }
  return names.map((_, position) => pairs.map((pair) => pair[position]));
}

async function measureConcurrentCalls(site, runCount) {
  const details = { calls: concurrentCalls };
  const runs = await measurePairs(site, ['client-bearer', 'fetch'], runCount, 'burst', details);
  for (const { answered } of runs.flat()) {
    if (answered !== concurrentCalls)
      throw new Error(`only ${answered} of ${concurrentCalls} calls over TLS succeeded`);
  }
  const [own, rival] = runs.map((each) => column(each, 'milliseconds'));
  return { ...details, milliseconds: median(own), fetchMilliseconds: median(rival), ratio: medianRatio(own, rival) };
}

async function measureSweep(site, runCount) {
  const runs = await measurePairs(site, ['client-digest', 'urllib'], runCount, 'rate', sweep);
  const [own, rival] = runs.map((each) => column(each, 'rate'));
  const seconds = (rates) => sweep.calls / median(rates);
  return { ...sweep, seconds: seconds(own), urllibSeconds: seconds(rival), timesTheRate: medianRatio(own, rival) };
}

/** @param {{ coldCalls: number, bursts: number, sweeps: number }} runCounts how often to measure each */
export async function measureTls({ coldCalls, bursts, sweeps }) {
  const site = await openSite();
  try {
    return {
      roundTripMs,
      coldDigestCall: await measureColdDigestCall(site, coldCalls),
      concurrentColdCalls: await measureConcurrentCalls(site, bursts),
      digestSweep: await measureSweep(site, sweeps),
    };
  } finally {
    site.close();
  }
}
