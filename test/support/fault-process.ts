// Going away: use processes.ts.
export { useProcesses } from './processes.js';
