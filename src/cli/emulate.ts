import { once } from 'node:events';
import { logins } from '../client/config/environment.js';
import { hourMs } from '../report/time.js';
import type { AtlasEmulator } from '../testing/index.js';
import { messageOf } from './lines.js';
import type { Run } from './streams.js';

export const emulateUsage = `Usage: atlas-tenant-snapshots emulate [options]

Serves an emulator of MongoDB Atlas on 127.0.0.1 until SIGINT or SIGTERM. Prints how to point a shell at it, and the IDs to
try. Prints each request to stderr.

  --port PORT  The port, or 0 for any free one. Default: 4010.
  --demo       Add a project with a cluster in each state of a check except short. The exit code of the check is
               then 2.
  --help       Print this text.
  --version    Print the version.
`;

export const emulateOptions = {
  port: { type: 'string', default: '4010' },
  demo: { type: 'boolean' },
} as const;

/** @throws an error that says what is wrong with the port. */
export function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new Error(`--port must be a whole number from 0 to 65535. It is "${text}".`);
}

/** The options of the emulator. */
interface EmulateOptions {
  readonly port: number;
  readonly isDemo: boolean;
}

/** Returns what serves the emulator until `stop` aborts. */
export function emulate({ port, isDemo }: EmulateOptions): Run {
  return async ({ stdout, stderr }, stop) => {
    // Imported here, so that the other commands do not load the emulator.
    const { startAtlasEmulator } = await import('../testing/index.js');
    let emulator: AtlasEmulator;
    try {
      emulator = await startAtlasEmulator({
        port,
        // In addition to the Flex cluster that every emulator has.
        seed: { clusterName: 'Cluster1', dedicated: true },
        onResponse({ method, path, status }) {
          stderr.write(`${method} ${path} ${status}\n`);
          // It may run for weeks.
          emulator.requests.length = 0;
        },
      });
    } catch (error) {
      stderr.write(`Port ${port} is not available: ${messageOf(error)}. Choose another with --port.\n`);
      return 3;
    }
    if (isDemo) addDemo(emulator);
    stdout.write(formatStart(emulator));
    if (!stop.aborted) await once(stop, 'abort');
    await emulator.close();
    return 0;
  };
}

/** Formats the variables for a shell, and the IDs as a comment. */
function formatStart({ url, credentials, groupId, clusterName, snapshotId }: AtlasEmulator): string {
  const { accessToken, serviceAccount, apiKey } = credentials;
  const values: Readonly<Record<string, string>> = { ...accessToken, ...serviceAccount, ...apiKey };
  const lines = [`export MONGODB_ATLAS_BASE_URL=${url}`];
  // Without the last login, which is an API key too.
  for (const login of logins.slice(0, -1)) {
    // Only the first login is exported, so that a check does not say that it found several.
    const start = login === logins[0] ? 'export' : '# export';
    for (const [field, name] of Object.entries(login.variables)) lines.push(`${start} ${name}=${values[field]}`);
  }
  lines.push(`# Project ${groupId}, cluster ${clusterName}, snapshot ${snapshotId}`);
  return `${lines.join('\n')}\n`;
}

/** Adds a project with a cluster in each state of a check except `short`, which needs an option. */
function addDemo(emulator: AtlasEmulator): void {
  const groupId = '60f1c2d3e4a5b6978877665a';
  const project = { groupId, groupName: 'Demo', dedicated: true };
  const backup = (hours: number) => [
    { id: 'd'.repeat(24), status: 'completed', createdAt: new Date(Date.now() - hours * hourMs) },
  ];
  emulator.seed({ ...project, clusterName: 'carts', clusterType: 'SHARDED' }); // fresh
  emulator.seed({ ...project, clusterName: 'orders', snapshots: backup(80) }); // stale
  emulator.seed({ ...project, clusterName: 'invoices', backupEnabled: false }); // none
  emulator.seed({ ...project, clusterName: 'archive', paused: true, snapshots: backup(291) }); // paused
  emulator.seed({ ...project, clusterName: 'users', dedicated: false, createDate: new Date(), snapshots: [] }); // new
  emulator.seed({ ...project, clusterName: 'reports' }); // unknown
  const path = `/api/atlas/v2/groups/${groupId}/clusters/reports/backup/snapshots`;
  emulator.respond({ status: 403, body: 'Forbidden', path, times: Infinity });
  // A shorter name, so that the table fits into 80 columns.
  emulator.seed({ groupName: 'Default' });
}
