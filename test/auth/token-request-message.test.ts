import { HttpResponse, http } from 'msw';
import { describe, expect, it } from 'vitest';
import { AtlasAuthenticationError } from '../../src/index.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { path } from '../support/snapshot-routes.js';

const credentials = { clientId: 'mdb_sa_id_1', clientSecret: 'mdb_sa_sk_1' };

async function messageOf(status: number, body: object | null): Promise<string> {
  const answer = () => (body === null ? new HttpResponse(null, { status }) : HttpResponse.json(body, { status }));
  const server = await startMswServer(http.post('*/api/oauth/token', answer));
  const client = openClient({ baseUrl: server.url, credentials, maxRetries: 0 });
  return (await rejection(client.getTenantSnapshot(...path), AtlasAuthenticationError)).message;
}

const answered = 'getTenantSnapshot: the request for an access token was answered with';

describe('a token request that is refused', () => {
  it.each([
    [400, 'check clientId and clientSecret, and that the secret has not expired'],
    [401, 'check clientId and clientSecret, and that the secret has not expired'],
    [403, 'share one token through tokenStore, or check the IP access list of the service account'],
    [404, 'check baseUrl and any proxy between'],
    [408, 'Atlas or a gateway has trouble: try again later'],
    [429, 'over the limit of 10 token requests a minute: share one token through tokenStore'],
    [500, 'Atlas or a gateway has trouble: try again later'],
    [503, 'Atlas or a gateway has trouble: try again later'],
  ])('by %i says what to do', async (status, advice) => {
    expect(await messageOf(status, null)).toBe(`${answered} ${status} (${advice})`);
  });

  it.each([
    [{ error: 'invalid_client', error_description: 'No.' }, ' invalid_client: No.'],
    [{ error: 'invalid_client' }, ' invalid_client'],
    [{ error_description: 'No.' }, ' No.'],
    [{}, ''],
  ])('by %j tells what the server said', async (body, said) => {
    expect(await messageOf(404, body)).toBe(`${answered} 404${said} (check baseUrl and any proxy between)`);
  });
});

describe('a token answer without a token', () => {
  it('says so, and what is wrong with its body where that cannot be read', async () => {
    const advice = 'check baseUrl and any proxy between';
    expect(await messageOf(200, {})).toBe(`${answered} 200 and no bearer token: ${advice}`);
    expect(await messageOf(200, null)).toBe(`${answered} 200 and no bearer token (it is empty): ${advice}`);
  });
});
