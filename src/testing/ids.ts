import { createHash } from 'node:crypto';

/** Returns an ID of 24 hex digits. The same text has the same ID in every run. */
export function idOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 24);
}

export function clusterIdOf(groupId: string, clusterName: string): string {
  return idOf(`${groupId}/${clusterName}`);
}
