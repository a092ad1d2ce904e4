import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { AtlasAuthenticationError } from '../../src/index.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };

async function messageOf(status: number, body: object | null): Promise<string> {
  const respond = () => (body === null ? new HttpResponse(null, { status }) : HttpResponse.json(body, { status }));
  const server = await startMswServer(http.post('*/api/oauth/token', respond));
  const client = openClient({ baseUrl: server.url, credentials, maxRetries: 0 });
  return (await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError)).message;
}

describe('the message of a token request that returns no token', () => {
  const checkCredentials = 'Check clientId and clientSecret, and that the secret has not expired.';
  const checkPath = 'Check baseUrl and any proxy on the way to Atlas.';
  const tryLater = 'Atlas or a gateway in front of it is temporarily unavailable. Try again later.';

  it.each([
    [400, checkCredentials],
    [401, checkCredentials],
    [
      403,
      'At a token limit, share one token through tokenStore. Otherwise check the IP access list of the service account.',
    ],
    [404, checkPath],
    [408, tryLater],
    [429, 'Share one token between processes with tokenStore.'],
    [500, tryLater],
    [503, tryLater],
  ])('says what to do about the status %i', async (status, advice) => {
    expect(await messageOf(status, null)).toBe(
      `getTenantSnapshot could not log in. The access token request failed with status ${status}. ${advice}`,
    );
  });

  it.each([
    [{ error: 'invalid_client', error_description: 'No. Not now.' }, ', invalid_client: No. Not now.'],
    [{ error: 'invalid_client' }, ', invalid_client.'],
    [{ error_description: 'No' }, ', No.'],
    [{}, '.'],
  ])('quotes %j', async (body, quote) => {
    expect(await messageOf(404, body)).toContain(`with status 404${quote} ${checkPath}`);
  });

  it.each([
    [{}, ''],
    [null, ', because its body is empty'],
  ])('says what is wrong with the body %j of a 200', async (body, reason) => {
    expect(await messageOf(200, body)).toBe(
      `getTenantSnapshot could not log in. The response to the access token request has status 200 but no bearer token${reason}. ${checkPath}`,
    );
  });
});
