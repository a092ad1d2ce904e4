/**
 * An HTTP service that lists backup snapshots as JSON. All requests share one client. On SIGTERM the service answers the
 * requests that it has, then stops.
 *
 *   npm install fastify # in a project that has installed atlas-tenant-snapshots
 *   export SERVICE_SECRET="$(openssl rand -hex 32)"
 *   node node_modules/atlas-tenant-snapshots/examples/http-service.mjs & # the login is in the environment (README.md)
 *   curl -H "Authorization: Bearer $SERVICE_SECRET" \
 *     localhost:3000/projects/32b6e34b3d91647abb20e7b8/clusters/Cluster0/snapshots
 *
 * It listens on port 3000 of all interfaces, as a container needs it. HOST and PORT change that.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { isAtlasApiError, isAtlasError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';
import fastify from 'fastify';

/** @typedef {{ groupId: string, clusterName: string, snapshotId: string }} SnapshotPath */

const hungUp = new Error('The caller hung up');

/**
 * @param {TenantSnapshotsClient} client closed together with the service.
 * @param {string} secret sent by every caller as a bearer token.
 * @param {import('fastify').FastifyHttpOptions<import('node:http').Server>} [options]
 */
export function createService(client, secret, options) {
  // A caller that takes longer to send its request gets a 408.
  const service = fastify({ requestTimeout: 10_000, ...options });

  const expected = hash(`Bearer ${secret}`);
  service.addHook('onRequest', async (request, reply) => {
    // Hashes have the same length, as timingSafeEqual() requires.
    if (timingSafeEqual(hash(request.headers.authorization ?? ''), expected)) return;
    return reply.code(401).header('www-authenticate', 'Bearer').send({ code: 'UNAUTHORIZED' });
  });

  service.get('/projects/:groupId/clusters/:clusterName/snapshots', async (request, reply) => {
    const { groupId, clusterName } = /** @type {SnapshotPath} */ (request.params);
    return client.listTenantSnapshots(groupId, clusterName, callOptions(reply));
  });

  service.get('/projects/:groupId/clusters/:clusterName/snapshots/:snapshotId', async (request, reply) => {
    const { groupId, clusterName, snapshotId } = /** @type {SnapshotPath} */ (request.params);
    return client.getTenantSnapshot(groupId, clusterName, snapshotId, callOptions(reply));
  });

  service.setErrorHandler((error, request, reply) => {
    if (error === hungUp) {
      // Nobody reads this response. The log shows the status that nginx uses for it.
      request.log.info({ res: reply.code(499) }, hungUp.message);
      return reply.send();
    }
    if (!isAtlasError(error)) return reply.send(error);
    const status = statusOf(error);
    request.log[status < 500 ? 'info' : 'error']({ err: error }, 'The call to Atlas failed');
    if (isAtlasError(error, 'INVALID_ARGUMENT')) return reply.code(status).send({ issues: error.issues });
    const retryAfterMs = retryAfterOf(error);
    if (retryAfterMs !== undefined) reply.header('retry-after', Math.ceil(retryAfterMs / 1000));
    // The message may hold details that callers should not see.
    return reply.code(status).send({ code: error.code });
  });

  // An idle keep-alive connection would delay the shutdown by up to 72 s, so responses close theirs once it has begun.
  let isClosing = false;
  service.addHook('preClose', async () => {
    isClosing = true;
  });
  service.addHook('onSend', async (_request, reply) => {
    if (isClosing) reply.header('connection', 'close');
  });
  // Runs after the last response.
  service.addHook('onClose', () => client.close());
  return service;
}

/**
 * Limits a call to 10 s, and ends it when the caller hangs up.
 *
 * @param {import('fastify').FastifyReply} reply
 */
function callOptions(reply) {
  const controller = new AbortController();
  reply.raw.once('close', () => controller.abort(hungUp));
  return { timeout: 10_000, signal: controller.signal };
}

/**
 * The status to answer if a call to Atlas failed.
 *
 * @param {import('atlas-tenant-snapshots').AtlasError} error
 */
export function statusOf(error) {
  if (isAtlasError(error, 'INVALID_ARGUMENT')) return 400;
  // Without an error code, it is not Atlas that answered, but a gateway.
  if (isAtlasApiError(error, { status: 404 })) return error.errorCode === undefined ? 502 : 404;
  // The caller named a dedicated or free cluster, and Flex has no cluster of that name.
  if (isAtlasApiError(error, { errorCode: 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API' })) return 404;
  if (isAtlasApiError(error, { status: 429 }) || isAtlasError(error, 'CLOSED')) return 503;
  // Atlas gives out no more tokens for now.
  if (isAtlasError(error, 'AUTHENTICATION') && error.retryAfterMs !== undefined) return 503;
  return isAtlasError(error, 'TIMEOUT') ? 504 : 502;
}

/**
 * How long to wait before the next call, in ms, if Atlas said so.
 *
 * @param {import('atlas-tenant-snapshots').AtlasError} error
 */
function retryAfterOf(error) {
  return isAtlasError(error, 'API_ERROR') || isAtlasError(error, 'AUTHENTICATION') ? error.retryAfterMs : undefined;
}

/** @param {string} text */
function hash(text) {
  return createHash('sha256').update(text).digest();
}

// Compares real paths, because the file may be run through a symbolic link.
if (process.argv[1] && realpathSync(process.argv[1]) === realpathSync(import.meta.filename)) {
  const { SERVICE_SECRET: secret, HOST: host = '0.0.0.0', PORT: port = '3000' } = process.env;
  if (!secret) throw new Error('Set SERVICE_SECRET to the secret that callers send as a bearer token.');
  const service = createService(new TenantSnapshotsClient(), secret, { logger: true });
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => service.close());
  await service.listen({ host, port: Number(port) });
}
