import { AtlasInvalidResponseError } from '../index.js';

// Why a cluster is unknown although no call has failed. What differs between clusters is not in the messages, so that the
// problems of many clusters read the same.

/** @param readAt - the time of this machine, in ms since 1970. */
export function futureBackup(time: Date, readAt: number, path: string): AtlasInvalidResponseError {
  const clock = new Date(readAt).toISOString().slice(0, 16);
  const what = `The newest backup is more than an hour ahead of the clock of this machine (${clock} UTC).`;
  const issue = `has a backup from ${time.toISOString()}, which is in the future`;
  return unjudgeable(what, 'Check the clock.', path, issue);
}

const checkInUi = 'Check it in the Atlas UI.';

export function onlySingleShards(path: string): AtlasInvalidResponseError {
  return unjudgeable('The cluster is sharded, but only snapshots of single shards are listed.', checkInUi, path);
}

export function otherEdition(edition: string): AtlasInvalidResponseError {
  return unjudgeable(`The edition of the cluster is ${edition}: not all its backups are listed.`, checkInUi);
}

function unjudgeable(
  what: string,
  advice: string,
  path?: string,
  issue = `${what} ${advice}`,
): AtlasInvalidResponseError {
  const issues = [{ path: 'results', message: issue }];
  return new AtlasInvalidResponseError(what, { issues, operation: 'checkBackups', path, advice });
}
