import { AtlasInvalidResponseError } from '../index.js';

// Why a cluster is unknown although no call has failed. What differs between clusters is not in the messages, so that the
// problems of many clusters read the same.

/** @param readAt - the time of this machine, in ms since 1970. */
export function futureBackup(time: Date, readAt: number, path: string): AtlasInvalidResponseError {
  const clock = new Date(readAt).toISOString().slice(0, 16);
  const message = `The newest backup is more than an hour ahead of the clock of this machine (${clock} UTC). Check the clock.`;
  return unjudgeable(message, path, `has a backup from ${time.toISOString()}, which is in the future`);
}

export function onlySingleShards(path: string): AtlasInvalidResponseError {
  const message = 'The cluster is sharded, but only snapshots of single shards are listed. Check it in the Atlas UI.';
  return unjudgeable(message, path);
}

export function otherEdition(edition: string): AtlasInvalidResponseError {
  const message = `The edition of the cluster is ${edition}: not all its backups are listed. Check it in the Atlas UI.`;
  return unjudgeable(message);
}

function unjudgeable(message: string, path?: string, issue = message): AtlasInvalidResponseError {
  const context = { operation: 'checkBackups', path };
  return new AtlasInvalidResponseError(message, [{ path: 'results', message: issue }], context);
}
