import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { AtlasEmulator } from '../testing/index.js';
import { type Login, readLogins, valuesOf } from './environment.js';
import { helpOptions, readHelp } from './help.js';
import type { Output, Run } from './output.js';

export const emulateUsage = `Usage: atlas-tenant-snapshots emulate [options]

Serves an emulator of MongoDB Atlas on 127.0.0.1 until SIGINT or SIGTERM. Prints how to point a shell at it, and the IDs to
try. Prints each request to stderr.

  --port PORT  The port, or 0 for any free one. Default: 4010.
  --demo       Add a project with a cluster in each state of a check. The exit code of the check is then 2.
  --help       Print this text.
  --version    Print the version.

The emulator accepts the credentials in the environment, and does not print them. It makes up the others.
`;

export const emulateOptions = {
  port: { type: 'string', default: '4010' },
  demo: { type: 'boolean' },
  ...helpOptions,
} as const;

/** @throws an error that says what is wrong with the arguments. */
export function readEmulate(args: string[]): Run {
  const { values } = parseArgs({ args, options: emulateOptions });
  const help = readHelp(values, emulateUsage);
  if (help !== undefined) return help;
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new Error('--port must be a whole number from 0 to 65535.');
  }
  return (output, stop) => emulate(port, values.demo === true, output, stop);
}

async function emulate(port: number, isDemo: boolean, { stdout, stderr }: Output, stop: AbortSignal): ReturnType<Run> {
  // Imported here, so that the other command does not load the emulator.
  const { startAtlasEmulator } = await import('../testing/index.js');
  let emulator: AtlasEmulator;
  try {
    emulator = await startAtlasEmulator({
      port,
      credentials: knownCredentials(),
      // In addition to the Flex cluster that every emulator has.
      seed: { clusterName: 'Cluster1', dedicated: true },
      recordRequests: false,
      onResponse: ({ method, path, status }) => stderr.write(`${method} ${path} ${status}\n`),
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error)) throw error;
    const why = error.code === 'EADDRINUSE' ? 'in use' : `not available (${error.code})`;
    stderr.write(`Port ${port} is ${why}. Choose another with --port.\n`);
    return 3;
  }
  if (isDemo) addDemo(emulator);
  stdout.write(formatStart(emulator));
  if (!stop.aborted) await once(stop, 'abort');
  await emulator.close();
  return 0;
}

/** Reads the credentials in the environment, as the client does. */
function knownCredentials() {
  const logins = readLogins();
  const read = (name: Login['name']) => logins.filter((login) => login.name === name).flatMap(valuesOf);
  const [accessToken] = read('access token');
  const [clientId, clientSecret] = read('service account');
  const [publicKey, privateKey] = read('API key');
  return {
    accessToken,
    serviceAccount: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    apiKey: publicKey && privateKey ? { publicKey, privateKey } : undefined,
  };
}

/** Formats the variables for a shell, and the IDs as a comment. Leaves out known credentials: a log should not have them. */
function formatStart({ url, credentials, groupId, clusterName, snapshotId }: AtlasEmulator): string {
  const known = readLogins().flatMap(valuesOf);
  const { accessToken, serviceAccount, apiKey } = credentials;
  const variables = {
    ACCESS_TOKEN: accessToken.accessToken,
    CLIENT_ID: serviceAccount.clientId,
    CLIENT_SECRET: serviceAccount.clientSecret,
    PUBLIC_KEY: apiKey.publicKey,
    PRIVATE_KEY: apiKey.privateKey,
  };
  const made = Object.entries(variables).filter(([, value]) => !known.includes(value));
  // Only one login, so that a check does not say that it found several.
  const isExported = (name: string) => name === 'ACCESS_TOKEN' && known.length === 0;
  const lines = made.map(([name, value]) => `${isExported(name) ? '' : '# '}export MONGODB_ATLAS_${name}=${value}\n`);
  const ids = `# Project ${groupId}, cluster ${clusterName}, snapshot ${snapshotId}\n`;
  return `export MONGODB_ATLAS_BASE_URL=${url}\n${lines.join('')}${ids}`;
}

/** Adds a project with a cluster in each state of a check. */
function addDemo(emulator: AtlasEmulator): void {
  const groupId = '60f1c2d3e4a5b6978877665a';
  const seed = (cluster: Parameters<AtlasEmulator['seed']>[0]) =>
    emulator.seed({ groupId, groupName: 'Demo', ...cluster });
  const ago = (hours: number) => new Date(Date.now() - hours * 3_600_000);
  const taken = (time: Date) => [{ id: 'd'.repeat(24), status: 'completed', createdAt: time }];
  seed({ clusterName: 'carts', dedicated: true }); // fresh
  seed({ clusterName: 'orders', dedicated: true, snapshots: taken(ago(80)) }); // stale
  seed({ clusterName: 'invoices', dedicated: true, backupEnabled: false }); // none
  seed({ clusterName: 'archive', dedicated: true, paused: true, snapshots: taken(ago(291)) }); // paused
  seed({ clusterName: 'users', createDate: ago(3), snapshots: [] }); // new
  seed({ clusterName: 'reports', dedicated: true }); // unknown
  const path = `/api/atlas/v2/groups/${groupId}/clusters/reports/backup/snapshots`;
  emulator.respond({ status: 403, body: 'Forbidden', path, times: Infinity });
  // A shorter name, so that the table fits into 80 columns.
  emulator.seed({ groupName: 'Default' });
}
