import { readFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import type { AtlasEmulatorOptions, ScriptedAnswer } from '../../src/testing/index.js';
import { openApi, otherId } from './support/open-api.js';

const file = new URL('./exchanges.http', import.meta.url);

const note = `# The responses of the emulator. Each request has its settings in JSON below it, and logs in with a bearer token, unless the settings
# have headers. To add a request, write its title here and run: npx vitest run test/testing/exchanges.test.ts --update
# The form is that of recorded responses of Atlas, the values are made up: compare a change with a recording.
`;

/** What is not the default. */
interface Settings {
  readonly options?: AtlasEmulatorOptions;
  readonly scripted?: ScriptedAnswer;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

const shopId = 'c'.repeat(24);
const emptyId = 'd'.repeat(24);

const seed = [
  { clusterName: 'Production', dedicated: true },
  { clusterName: 'Sandbox', free: true },
  { clusterName: 'Archive', dedicated: true, backupEnabled: false },
  { clusterName: 'Shards', dedicated: true, clusterType: 'SHARDED', pitEnabled: true },
  // A project that gets its name late, and clusters with all that a seed may have.
  { groupId: shopId, createDate: new Date('2026-05-14T10:00:00.500Z'), stateName: 'CREATING', snapshots: [] },
  { groupId: shopId, clusterName: 'Orders', dedicated: true, policyItems: [] },
  {
    ...{ groupId: shopId, groupName: 'Shop', clusterName: 'Carts', dedicated: true },
    ...{ createDate: null, stateName: 'UPDATING', paused: true },
    policyItems: [{ frequencyType: 'weekly', extra: 1 }],
    snapshots: [{ id: otherId, status: 'queued', expiresAt: new Date('2026-05-15T10:00:00Z') }],
    restoreJobs: [{ deliveryType: 'download', finishedAt: new Date('2026-05-15T10:00:00Z') }],
  },
  { groupId: emptyId },
];
const credentials = {
  serviceAccount: { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' },
  accessToken: 'token',
};

/** Headers that Node adds. */
const plain = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding'];

/** One request to a new emulator, and its response: an object indented, an error as it was sent. */
async function exchange(method: string, path: string, settings: string | undefined): Promise<string> {
  const { options, scripted, ...sent }: Settings = JSON.parse(settings ?? '{}');
  const { emulator, get } = await openApi({ seed, credentials, ...options });
  emulator.sunset(false);
  if (scripted !== undefined) emulator.respond(scripted);
  const { status, headers, text } = await get(path, { method, redirect: 'manual', ...sent });
  const body = status === 200 && text.startsWith('{') ? JSON.stringify(JSON.parse(text), null, 2) : text;
  const lines = [...headers].filter(([name]) => !plain.includes(name)).map(([name, value]) => `${name}: ${value}\n`);
  const title = settings === undefined ? `${method} ${path}` : `${method} ${path}\n${settings}`;
  return `### ${title}\n\n${status}\n${lines.join('')}\n${body}\n`
    .replaceAll(emulator.url, 'http://127.0.0.1')
    .replaceAll(/nonce="[A-Za-z0-9+/]{32}"/g, 'nonce="…"')
    .replaceAll(/emulator-token-[a-f0-9]{48}/g, 'emulator-token-…');
}

it('the emulator sends the responses in exchanges.http', async () => {
  const requests = (await readFile(file, 'utf8')).matchAll(/^### (\S+) (\S+)(?:\n(\{.*\}))?$/gm);
  const exchanges = [];
  for (const [, method = '', path = '', settings] of requests) exchanges.push(await exchange(method, path, settings));
  await expect([note, ...exchanges].join('\n')).toMatchFileSnapshot('exchanges.http');
});
