/** The process of one subject. */
import { measure, serve } from './processes.mjs';
import { subjects } from './subjects.mjs';

const [name, origin] = process.argv.slice(2);
const read = await subjects[name].connect(origin);

async function callMany(calls, atOnce) {
  let left = calls;
  const lane = async () => {
    while (left-- > 0) {
      const snapshot = await read();
      if (snapshot?.status !== 'COMPLETED') throw new Error(`${name} returned ${JSON.stringify(snapshot)}`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

serve({}, async ({ calls, atOnce }) => {
  const { cpu, elapsed } = await measure(() => callMany(calls, atOnce));
  return { cpu: (cpu * 1000) / calls, rate: (calls * 1000) / elapsed };
});
