import { AtlasInvalidResponseError, type AtlasIssue } from '../index.js';

// Why a cluster is unknown although no call has failed. What differs between clusters is not in the messages, so that the
// problems of many clusters read the same.

/** @param readAt - the time of this machine, in ms since 1970. */
export function futureBackup(time: Date, readAt: number, path: string): AtlasInvalidResponseError {
  const clock = new Date(readAt).toISOString().slice(0, 16);
  const message = `The newest backup is more than an hour ahead of the clock of this machine (${clock} UTC). Check the clock.`;
  const issue = { path: 'results', message: `has a backup from ${time.toISOString()}, which is in the future` };
  return unjudgeable(message, issue, path);
}

export function onlySingleShards(path: string): AtlasInvalidResponseError {
  const message =
    'The cluster is sharded, but only snapshots of single shards are listed. Look for its backups in the Atlas UI.';
  return unjudgeable(message, { path: 'results', message: 'has no snapshot of the type shardedCluster' }, path);
}

export function otherEdition(edition: string): AtlasInvalidResponseError {
  const message = `The edition of the cluster is ${edition}. Atlas does not list all of its backups. Look for them in the Atlas UI.`;
  return unjudgeable(message, { path: 'results', message: `may lack backups of the edition ${edition}` });
}

function unjudgeable(message: string, issue: AtlasIssue, path?: string): AtlasInvalidResponseError {
  return new AtlasInvalidResponseError(message, [issue], { operation: 'checkBackups', path });
}
