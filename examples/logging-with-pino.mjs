/**
 * Logs a line for each call, with pino, through the tracing channel of the client.
 *
 *   npm install pino # in a project that has installed atlas-tenant-snapshots
 *   # The login is in the environment (README.md).
 *   node node_modules/atlas-tenant-snapshots/examples/logging-with-pino.mjs 32b6e34b3d91647abb20e7b8 Cluster0
 */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { realpathSync } from 'node:fs';
import { TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import pino from 'pino';

/** @typedef {import('atlas-tenant-snapshots').AtlasCallTrace} AtlasCallTrace */

/**
 * Logs the calls of every client in this process.
 *
 * @param {import('pino').Logger} logger
 * @returns {() => void} a function that stops it.
 */
export function logCalls(logger) {
  const channel = 'tracing:atlas-tenant-snapshots:call:asyncEnd';
  /** @param {unknown} message */
  const onEnd = (message) => {
    const { error, ...call } = /** @type {AtlasCallTrace} */ (message);
    if (error === undefined) logger.info(call, 'Atlas call succeeded');
    // Not error.toJSON(), from which pino would print neither the class nor the stack.
    else logger.warn({ ...call, err: error }, 'Atlas call failed');
  };
  subscribe(channel, onEnd);
  return () => unsubscribe(channel, onEnd);
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  logCalls(pino());
  const client = new TenantSnapshotsClient();
  try {
    const [groupId = '', clusterName = ''] = process.argv.slice(2);
    await client.listTenantSnapshots(groupId, clusterName);
  } finally {
    await client.close();
  }
}
