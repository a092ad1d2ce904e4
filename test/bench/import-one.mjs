/** Imports one module and reports how long that took, in milliseconds. */
const cpuBefore = process.cpuUsage();
const start = performance.now();
await import(process.argv[2]);
const wall = performance.now() - start;
const { user, system } = process.cpuUsage(cpuBefore);
process.send({ result: { wall, cpu: (user + system) / 1000 } });
