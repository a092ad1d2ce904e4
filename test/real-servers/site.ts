import { createHash } from 'node:crypto';
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

export const realm = 'MMS Public API';
export const apiKey = { publicKey: 'abcdefgh', privateKey: '0123abcd-4567-89ef-0123-456789abcdef' };
export const groupId = '5b1e92c13b34b93b0230e6e2';
export const clusterName = 'Cluster0';
export const snapshotId = '5cc310ace5dc7ce369814bc8';

const snapshot = { id: snapshotId, status: 'COMPLETED', mongoDBVersion: '4.2.7', finishTime: '2019-04-26T14:08:07Z' };

/** A folder for a server: one snapshot as a file at the path of Atlas, and a file of keys. */
export interface Site {
  readonly folder: string;
  readonly documents: string;
  readonly keys: string;
}

/** The hash in the key file, by its name in `node:crypto`. */
export type KeyHash = 'md5' | 'sha256';

export async function writeSite(hashes: readonly KeyHash[]): Promise<Site> {
  const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-server-'));
  // A server that starts as root switches to another user, who must be able to read it.
  await chmod(folder, 0o755);
  const documents = join(folder, 'documents');
  const file = join(
    documents,
    `api/atlas/v1.0/groups/${groupId}/clusters/${clusterName}/backup/tenant/snapshots/${snapshotId}`,
  );
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, JSON.stringify(snapshot));
  const keys = join(folder, 'keys');
  await writeFile(keys, hashes.map((hash) => `${keyLine(hash)}\n`).join(''));
  return { folder, documents, keys };
}

// user:realm:H(user:realm:password), followed by H(user:realm) for lighttpd.
function keyLine(name: KeyHash): string {
  const hash = (text: string) => createHash(name).update(text).digest('hex');
  const { publicKey, privateKey } = apiKey;
  const user = `${publicKey}:${realm}`;
  return `${user}:${hash(`${user}:${privateKey}`)}:${hash(user)}`;
}
