/**
 * An HTTP service that returns backup snapshots as JSON. All requests share one client.
 *
 *   export SERVICE_SECRET="$(openssl rand -hex 32)" # callers send it as a bearer token
 *   npx tsx http-service.ts                         # the login for Atlas is in the environment too (README.md)
 *   curl -H "Authorization: Bearer $SERVICE_SECRET" \
 *     localhost:3000/projects/32b6e34b3d91647abb20e7b8/clusters/Cluster0/snapshots
 *
 * Listens on port 3000 of all interfaces, as a container needs it. HOST and PORT change that.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { type AtlasError, isAtlasApiError, isAtlasError, TenantSnapshotsClient } from 'atlas-tenant-snapshots';

const route = /^\/projects\/([^/]+)\/clusters\/([^/]+)\/snapshots(?:\/([^/]+))?$/;

export function createService(client: TenantSnapshotsClient, secret: string): Server {
  const expected = hash(`Bearer ${secret}`);

  const service = createServer((request, response) => {
    // Otherwise connections that are kept alive delay the shutdown by some seconds.
    response.once('close', () => service.listening || service.closeIdleConnections());
    // Hashes have the same length, as timingSafeEqual() requires.
    if (timingSafeEqual(hash(request.headers.authorization ?? ''), expected)) return answer(client, request, response);
    response.setHeader('www-authenticate', 'Bearer');
    return send(response, 401, { code: 'UNAUTHORIZED' });
  });
  return service;
}

async function answer(client: TenantSnapshotsClient, { method, url = '' }: IncomingMessage, response: ServerResponse) {
  const match = route.exec(url);
  if (method !== 'GET' || match === null) return send(response, 404, { code: 'NOT_FOUND' });
  const [, groupId = '', clusterName = '', snapshotId] = match;
  const hungUp = new AbortController();
  response.once('close', () => hungUp.abort());
  const options = { timeout: 10_000, signal: hungUp.signal };
  try {
    const data = snapshotId
      ? await client.getTenantSnapshot(groupId, clusterName, snapshotId, options)
      : await client.listTenantSnapshots(groupId, clusterName, options);
    return send(response, 200, data);
  } catch (error) {
    return hungUp.signal.aborted ? undefined : sendError(response, error);
  }
}

/** Stops listening, waits until the requests have their responses, then closes the client. */
export async function stop(service: Server, client: TenantSnapshotsClient): Promise<void> {
  const closed = once(service, 'close');
  service.close();
  await closed;
  await client.close();
}

function send(response: ServerResponse, status: number, body: object) {
  return response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendError(response: ServerResponse, error: unknown) {
  console.error(error);
  if (!isAtlasError(error)) return send(response, 500, { code: 'INTERNAL' });
  const status = statusOf(error);
  if (isAtlasError(error, 'INVALID_ARGUMENT')) return send(response, status, { issues: error.issues });
  if ('retryAfterMs' in error) response.setHeader('retry-after', Math.ceil(Number(error.retryAfterMs) / 1000));
  // The message may hold details that callers should not see.
  return send(response, status, { code: error.code });
}

/** The status to answer if a call to Atlas failed. */
export function statusOf(error: AtlasError): number {
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

function hash(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const { SERVICE_SECRET: secret, HOST: host = '0.0.0.0', PORT: port = '3000' } = process.env;
  if (!secret) throw new Error('Set SERVICE_SECRET to the secret that callers send as a bearer token.');
  const client = new TenantSnapshotsClient();
  const service = createService(client, secret);
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stop(service, client));
  service.listen(Number(port), host);
}
