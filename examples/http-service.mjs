/**
 * An HTTP service that tells of snapshots: one client for all requests, and a shutdown that loses none.
 *
 *   npm install fastify atlas-tenant-snapshots
 *   MONGODB_ATLAS_CLIENT_ID=… MONGODB_ATLAS_CLIENT_SECRET=… node http-service.mjs
 *   curl localhost:3000/projects/32b6e34b3d91647abb20e7b8/clusters/Cluster0/snapshots
 */
import { isAtlasApiError, isAtlasError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import fastify from 'fastify';

/** @typedef {{ groupId: string, clusterName: string, snapshotId: string }} SnapshotPath */

/**
 * @param {TenantSnapshotsClient} client closed with the service.
 * @param {import('fastify').FastifyServerOptions} [options]
 */
export function createService(client, options) {
  const service = fastify(options);

  service.get('/projects/:groupId/clusters/:clusterName/snapshots', async (request, reply) => {
    const { groupId, clusterName } = /** @type {SnapshotPath} */ (request.params);
    return client.listTenantSnapshots(groupId, clusterName, callOptions(reply));
  });

  service.get('/projects/:groupId/clusters/:clusterName/snapshots/:snapshotId', async (request, reply) => {
    const { groupId, clusterName, snapshotId } = /** @type {SnapshotPath} */ (request.params);
    return client.getTenantSnapshot(groupId, clusterName, snapshotId, callOptions(reply));
  });

  service.setErrorHandler((error, request, reply) => {
    if (!isAtlasError(error)) return reply.send(error);
    const status = statusOf(error);
    request.log[status < 500 ? 'info' : 'error'](error);
    if (isAtlasError(error, 'INVALID_ARGUMENT')) return reply.code(status).send({ issues: error.issues });
    if (isAtlasApiError(error) && error.retryAfter !== undefined) {
      reply.header('retry-after', Math.ceil(error.retryAfter / 1000));
    }
    // The message is for the operator: it stays in the log.
    return reply.code(status).send({ code: error.code });
  });

  // A connection that is kept alive would hold up the end: the last answer over it says that it was the last.
  let closing = false;
  service.addHook('preClose', async () => {
    closing = true;
  });
  service.addHook('onSend', async (_request, reply) => {
    if (closing) reply.header('connection', 'close');
  });
  // Runs when the requests under way have been answered.
  service.addHook('onClose', () => client.close());
  return service;
}

/**
 * Less than the patience of who asks; and who hangs up ends the call.
 *
 * @param {import('fastify').FastifyReply} reply
 */
function callOptions(reply) {
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  return { timeout: 10_000, signal: gone.signal };
}

/** @param {import('atlas-tenant-snapshots').AtlasError} error */
function statusOf(error) {
  if (isAtlasError(error, 'INVALID_ARGUMENT')) return 400;
  if (isAtlasApiError(error, { status: 404 })) return 404;
  if (isAtlasApiError(error, { status: 429 }) || isAtlasError(error, 'CLOSED')) return 503;
  return isAtlasError(error, 'TIMEOUT') ? 504 : 502;
}

if (process.argv[1] === import.meta.filename) {
  const service = createService(new TenantSnapshotsClient(), { logger: true });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.close());
  await service.listen({ port: Number(process.env.PORT ?? 3000) });
}
