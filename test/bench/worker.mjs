/** The process of one subject. It does what its parent orders and replies with what it measured. */
import { quantile } from './statistics.mjs';

const [name, origin] = process.argv.slice(2);
const { connect } = await import(`./subjects/${name}.mjs`);
const subject = connect(origin);

async function callOnce() {
  const snapshot = await subject.call();
  if (snapshot.status !== 'COMPLETED')
    throw new Error(`${name} did not return the snapshot: ${JSON.stringify(snapshot)}`);
}

/** @param {number} calls @param {number} atOnce */
async function callMany(calls, atOnce) {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) await callOnce();
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

const orders = {
  async rate({ calls, atOnce }) {
    const cpuBefore = process.cpuUsage();
    const start = performance.now();
    await callMany(calls, atOnce);
    const milliseconds = performance.now() - start;
    const { user, system } = process.cpuUsage(cpuBefore);
    return { rate: (calls / milliseconds) * 1000, cpu: (user + system) / calls };
  },

  async latency({ calls }) {
    const times = [];
    for (let n = 0; n < calls; n += 1) {
      const start = performance.now();
      await callOnce();
      times.push((performance.now() - start) * 1000);
    }
    return { p50: quantile(times, 0.5), p99: quantile(times, 0.99) };
  },

  async burst({ calls }) {
    const start = performance.now();
    const outcomes = await Promise.allSettled(Array.from({ length: calls }, callOnce));
    const answered = outcomes.filter(({ status }) => status === 'fulfilled').length;
    return { answered, milliseconds: performance.now() - start };
  },

  async cold({ calls }) {
    const cold = connect(origin);
    await Promise.all(Array.from({ length: calls }, () => cold.call()));
    await cold.close();
  },

  async heap({ calls }) {
    await callMany(calls, 16);
    // Twice, because the second collection frees what the first one finalizes.
    globalThis.gc();
    globalThis.gc();
    return { heapUsed: process.memoryUsage().heapUsed };
  },
};

process.on('message', async ({ order, ...details }) => {
  try {
    process.send({ result: (await orders[order](details)) ?? {} });
  } catch (error) {
    process.send({ error: error.stack });
  }
});
process.on('disconnect', () => process.exit());
process.send({ result: 'ready' });
