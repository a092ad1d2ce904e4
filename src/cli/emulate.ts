import { once } from 'node:events';
import { parseArgs } from 'node:util';
import type { AtlasEmulator } from '../testing/index.js';
import { addDemo } from './demo.js';
import { readLogins } from './environment.js';
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
  return (output, stop) => emulate(port, values.demo === true, output, stop);
}

async function emulate(port: number, isDemo: boolean, { stdout, stderr }: Output, stop: AbortSignal): Promise<number> {
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
  const valuesOf = (login: string) => logins.find(({ name }) => name === login)?.values ?? [];
  const [accessToken] = valuesOf('access token');
  const [clientId, clientSecret] = valuesOf('service account');
  const [publicKey, privateKey] = valuesOf('API key');
  return {
    accessToken,
    serviceAccount: clientId && clientSecret ? { clientId, clientSecret } : undefined,
    apiKey: publicKey && privateKey ? { publicKey, privateKey } : undefined,
  };
}

/** Formats the variables for a shell, and the IDs as a comment. Leaves out known credentials: a log should not have them. */
function formatStart({ url, credentials, groupId, clusterName, snapshotId }: AtlasEmulator): string {
  const known = readLogins().flatMap(({ values }) => values);
  const variables = {
    BASE_URL: url,
    ACCESS_TOKEN: credentials.accessToken.accessToken,
    CLIENT_ID: credentials.serviceAccount.clientId,
    CLIENT_SECRET: credentials.serviceAccount.clientSecret,
    PUBLIC_KEY: credentials.apiKey.publicKey,
    PRIVATE_KEY: credentials.apiKey.privateKey,
  };
  const printed = Object.entries(variables).filter(([, value]) => !known.includes(value));
  const lines = printed.map(([name, value]) => `export MONGODB_ATLAS_${name}=${value}\n`);
  return `${lines.join('')}# Project ${groupId}, cluster ${clusterName}, snapshot ${snapshotId}\n`;
}
