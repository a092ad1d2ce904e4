/**
 * What users wait for over a network: cold calls, a sweep and a check of backups over TLS with a round trip of 50 ms.
 *
 * Each measurement runs in a new process whose first call it is, because global `fetch` keeps its connections until the
 * process ends. The processes trust the server through NODE_EXTRA_CA_CERTS, so that no subject needs an option for it.
 */
import { makeCertificate } from './certificate.mjs';
import { start } from './processes.mjs';
import { column, median, medianRatio } from './statistics.mjs';
import { clusterCount, projects } from './target.mjs';

const roundTripMs = 50;
const concurrentCalls = 100;

/**
 * A sweep over the clusters of a large organization, 8 calls at once. In a shorter sweep
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
      const { bearer, digest, refused } = await atlas.ask('counts');
      return { ...result, connections, requests: bearer + digest, refused };
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

/** A check of all clusters, with the default concurrency of 16 and a cold login by Digest. */
async function measureCheck(site, runCount) {
  const runs = [];
  for (let n = 0; n < runCount; n += 1) runs.push(await site.measure('check', 'burst', { calls: 1 }));
  const milliseconds = median(column(runs, 'milliseconds'));
  const requests = Math.max(...column(runs, 'requests'));
  return {
    clusters: clusterCount,
    projects: projects.length,
    milliseconds,
    requests,
    logins: Math.max(...column(runs, 'refused')),
    ratio: milliseconds / ((requests * roundTripMs) / 16),
  };
}

/** @param {{ coldCalls: number, bursts: number, sweeps: number, checks: number }} runCounts how often to measure each */
export async function measureTls({ coldCalls, bursts, sweeps, checks }) {
  const site = await openSite();
  try {
    return {
      roundTripMs,
      coldDigestCall: await measureColdDigestCall(site, coldCalls),
      concurrentColdCalls: await measureConcurrentCalls(site, bursts),
      digestSweep: await measureSweep(site, sweeps),
      check: await measureCheck(site, checks),
    };
  } finally {
    site.close();
  }
}
