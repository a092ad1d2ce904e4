import { parseArgs } from 'node:util';
import type { AtlasEmulator } from '../testing/index.js';
import { addDemo } from './demo.js';
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

export const emulateOptions = { port: { type: 'string', default: '4010' }, demo: { type: 'boolean' } } as const;

/** @throws an error that says what is wrong with the arguments. */
export function readEmulate(args: string[]): Run {
  const { values } = parseArgs({ args, options: emulateOptions });
  const port = Number(values.port);
  if (!/^\d{1,5}$/.test(values.port) || port > 65_535) {
    throw new Error('--port must be a whole number from 0 to 65535.');
  }
  return (output) => emulate(port, values.demo === true, output);
}

async function emulate(port: number, isDemo: boolean, { stdout, stderr }: Output): Promise<number> {
  // Imported here, so that the other command does not load the emulator.
  const { startAtlasEmulator } = await import('../testing/index.js');
  const known = knownCredentials();
  let emulator: AtlasEmulator;
  try {
    emulator = await startAtlasEmulator({
      port,
      credentials: known,
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
  const stopped = new Promise((resolve) => process.once('SIGINT', resolve).once('SIGTERM', resolve));
  stdout.write(formatStart(emulator, known));
  await stopped;
  await emulator.close();
  return 0;
}

type KnownCredentials = ReturnType<typeof knownCredentials>;

/** Reads the credentials in the environment, as the client does. */
function knownCredentials() {
  const [clientId, clientSecret] = valuesOf('MONGODB_ATLAS_CLIENT_ID', 'MONGODB_ATLAS_CLIENT_SECRET');
  const [publicKey, privateKey] = [
    ...valuesOf('MONGODB_ATLAS_PUBLIC_KEY', 'MONGODB_ATLAS_PRIVATE_KEY'),
    ...valuesOf('MONGODB_ATLAS_PUBLIC_API_KEY', 'MONGODB_ATLAS_PRIVATE_API_KEY'),
  ];
  return {
    accessToken: process.env['MONGODB_ATLAS_ACCESS_TOKEN'] || undefined,
    serviceAccount: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    apiKey: publicKey && privateKey ? { publicKey, privateKey } : undefined,
  };
}

/** The values of variables, or none unless all are set. */
function valuesOf(...names: string[]): string[] {
  const values = names.map((name) => process.env[name] ?? '');
  return values.includes('') ? [] : values;
}

/** Formats the variables for a shell, and the IDs as a comment. Leaves out known credentials: a log should not have them. */
function formatStart({ url, credentials, groupId, clusterName, snapshotId }: AtlasEmulator, known: KnownCredentials) {
  const { accessToken, serviceAccount, apiKey } = credentials;
  const lines = [`export MONGODB_ATLAS_BASE_URL=${url}`];
  if (!known.accessToken) lines.push(`export MONGODB_ATLAS_ACCESS_TOKEN=${accessToken.accessToken}`);
  if (!known.serviceAccount) {
    lines.push(`export MONGODB_ATLAS_CLIENT_ID=${serviceAccount.clientId}`);
    lines.push(`export MONGODB_ATLAS_CLIENT_SECRET=${serviceAccount.clientSecret}`);
  }
  if (!known.apiKey) {
    lines.push(`export MONGODB_ATLAS_PUBLIC_KEY=${apiKey.publicKey}`);
    lines.push(`export MONGODB_ATLAS_PRIVATE_KEY=${apiKey.privateKey}`);
  }
  return `${lines.join('\n')}\n# Project ${groupId}, cluster ${clusterName}, snapshot ${snapshotId}\n`;
}
