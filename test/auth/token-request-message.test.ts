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

describe('the message of a refused token request', () => {
  it.each([
    [400, /clientId.*clientSecret/],
    [401, /clientId.*clientSecret/],
    [403, /tokenStore.*IP access list/],
    [404, /baseUrl/],
    [408, /408/],
    [429, /tokenStore/],
    [500, /500/],
    [503, /503/],
  ])('names the operation, the status %i and what to check', async (status, advice) => {
    const message = await messageOf(status, null);
    expect(message).toContain('getTenantSnapshot');
    expect(message).toContain(String(status));
    expect(message).toMatch(advice);
  });

  it.each([
    [{ error: 'invalid_client', error_description: 'No.' }, /404.*invalid_client.*No\./],
    [{ error: 'invalid_client' }, /404.*invalid_client/],
    [{ error_description: 'No.' }, /404.*No\./],
    [{}, /404/],
  ])('quotes %j', async (body, expected) => {
    const message = await messageOf(404, body);
    expect(message).toMatch(expected);
    expect(message).not.toContain('undefined');
  });
});
