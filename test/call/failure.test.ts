import { HttpResponse, http, type JsonBodyType } from 'msw';
import { describe, expect, it } from 'vitest';
import { AtlasApiError, isAtlasApiError, type TenantSnapshotsClientOptions } from '../../src/index.js';
import { referenceErrors } from '../support/atlas-bodies.js';
import { startMswServer } from '../support/msw-server.js';
import { openClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { flexRoute, path, tenantRoute } from '../support/snapshot-routes.js';

/** The error of a call with this response. */
async function errorOf(respond: () => Response, options: TenantSnapshotsClientOptions = {}): Promise<AtlasApiError> {
  const server = await startMswServer(http.get(tenantRoute, respond), http.get(flexRoute, respond));
  const client = openClient({ baseUrl: server.url, endpoint: 'tenant', maxRetries: 0, ...options });
  const error = await rejection(client.getTenantSnapshot(...path), AtlasApiError);
  expect(server.requests).toHaveLength(1);
  return error;
}

const json = (body: JsonBodyType, status: number, headers?: Record<string, string>) =>
  errorOf(() => HttpResponse.json(body, headers === undefined ? { status } : { status, headers }));
const text = (body: string, status = 400, type = 'text/plain') =>
  errorOf(() => new HttpResponse(body, { status, headers: { 'content-type': type } }));

/** The advice in the message for a status. */
const advice: Record<number, RegExp> = {
  302: /baseUrl/,
  401: /role.*IP access list/,
  403: /role.*IP access list/,
  410: /endpoint.*flex/,
};

const furtherErrors = [
  {
    error: 402,
    errorCode: 'NO_PAYMENT_INFORMATION_FOUND',
    detail: 'No payment information.',
    reason: 'Payment Required',
  },
  { error: 405, errorCode: 'METHOD_NOT_ALLOWED', detail: 'No.', reason: 'Method Not Allowed' },
  { error: 409, errorCode: 'CONFLICT', detail: 'A conflict.', reason: 'Conflict' },
  { error: 410, errorCode: 'VERSION_GONE', detail: 'Past its sunset date.', reason: 'Gone' },
  { error: 429, errorCode: 'RATE_LIMITED', detail: 'Too many.', reason: 'Too Many Requests' },
];

describe('an error of Atlas', () => {
  it.each([...referenceErrors, ...furtherErrors])('has the fields of its body: $error $errorCode', async (body) => {
    const { error: status, errorCode, detail, reason } = body;
    const error = await json(body, status);
    expect(error).toMatchObject({ name: 'AtlasApiError', code: 'API_ERROR', status, errorCode, detail, reason });
    expect(error).toMatchObject({ operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(JSON.parse(error.body)).toEqual(body);
    expect(error.headers).toMatchObject({ 'content-type': 'application/json' });
    for (const value of ['getTenantSnapshot', String(status), errorCode, detail]) {
      expect(error.message).toContain(value);
    }
    expect(error.cause).toBeUndefined();
    for (const key of ['parameters', 'badRequestDetail', 'retryAfter']) expect(key in error).toBe(false);
    expect(isAtlasApiError(error, { status, errorCode })).toBe(true);
  });

  it.each(Object.entries(advice))('with status %s says what to do next', async (status, pattern) => {
    const { message } = await json({ error: Number(status), errorCode: 'X' }, Number(status));
    expect(message).toContain(`${status} X`);
    expect(message).toMatch(pattern);
  });

  it('suggests checking baseUrl after a 404 that did not come from Atlas', async () => {
    const { message } = await errorOf(() => HttpResponse.html('<h1>Not here</h1>', { status: 404 }));
    expect(message).toMatch(/404.*baseUrl/);
  });

  it('does not suggest Flex after a 410 from Flex', async () => {
    const { message } = await errorOf(() => new HttpResponse(null, { status: 410 }), { endpoint: 'flex' });
    expect(message).toContain('410');
    expect(message).not.toContain('endpoint');
  });

  it('has the parameters and the bad fields of the body', async () => {
    const body = {
      error: 400,
      errorCode: 'VALIDATION_ERROR',
      detail: 'd',
      reason: 'r',
      parameters: ['a', 1, null, { b: [true] }],
      badRequestDetail: { fields: [{ description: 'must not be null', field: 'groupId' }] },
    };
    const { parameters, badRequestDetail, detail } = await json(body, 400);
    expect({ parameters, badRequestDetail, detail }).toEqual({
      parameters: body.parameters,
      badRequestDetail: body.badRequestDetail,
      detail: 'd',
    });
  });

  it('may be encoded in ISO-8859-1', async () => {
    const bytes = Buffer.from('{"error":401,"errorCode":"X","detail":"Zugriff verweigert für é"}', 'latin1');
    const headers = { 'content-type': 'application/json;charset=ISO-8859-1' };
    const error = await errorOf(() =>
      HttpResponse.arrayBuffer(Uint8Array.from(bytes).buffer, { status: 401, headers }),
    );
    expect(error.detail).toBe('Zugriff verweigert für é');
  });
});

describe('a partly invalid error body', () => {
  it.each<[JsonBodyType, object]>([
    [{ detail: 'd' }, { detail: 'd' }],
    [{ error: 'x', errorCode: 5, reason: 'r', detail: ['d'] }, { reason: 'r' }],
    [{ errorCode: 'X', parameters: 'p' }, { errorCode: 'X' }],
    [{ errorCode: 'X', parameters: {} }, { errorCode: 'X' }],
    [{ parameters: [] }, { parameters: [] }],
    [{ badRequestDetail: null, detail: null, errorCode: null, reason: null, parameters: null }, {}],
    [{ badRequestDetail: 'x' }, {}],
    [{ badRequestDetail: [] }, {}],
    [{ badRequestDetail: {} }, { badRequestDetail: { fields: [] } }],
    [{ badRequestDetail: { fields: 'x' } }, { badRequestDetail: { fields: [] } }],
    [
      {
        badRequestDetail: { fields: [null, 'x', { field: 'a' }, { description: 5 }, { field: 'b', description: 'c' }] },
      },
      {
        badRequestDetail: {
          fields: [
            { field: 'a', description: '' },
            { field: '', description: '' },
            { field: 'b', description: 'c' },
          ],
        },
      },
    ],
    [[{ errorCode: 'X' }], {}],
    ['text', {}],
    [null, {}],
    [5, {}],
  ])('leads to an error with its valid fields: %j', async (body, fields) => {
    const { code, name, stack, message, status, headers, operation, endpoint, attempts, ...rest } = await json(
      body,
      400,
    );
    expect(rest).toStrictEqual({ ...fields, body: JSON.stringify(body) });
  });
});

describe('an error body that is not JSON', () => {
  it.each([
    ['', 502, 'text/plain'],
    ['<html><body><h1>502 Bad Gateway</h1></body></html>', 502, 'text/html'],
    ['upstream connect error', 503, 'text/plain'],
    ['{"errorCode": "X"', 400, 'application/json'],
  ])('%j is kept as text', async (body, status, type) => {
    const error = await text(body, status, type);
    expect(error).toMatchObject({ status, body, headers: { 'content-type': type } });
    for (const key of ['errorCode', 'reason', 'detail', 'parameters', 'badRequestDetail']) {
      expect(key in error).toBe(false);
    }
    expect(error.message).not.toContain('undefined');
  });
});

describe('retryAfter', () => {
  it.each([
    ['0', 0],
    ['90', 90_000],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ])('for %j is %i ms', async (value, expected) => {
    expect((await json({}, 429, { 'retry-after': value })).retryAfter).toBe(expected);
  });

  it('may be a date in the future', async () => {
    const date = new Date(Date.now() + 3_600_000).toUTCString();
    const { retryAfter } = await json({}, 503, { 'retry-after': date });
    expect(retryAfter).toBeGreaterThan(3_500_000);
    expect(retryAfter).toBeLessThanOrEqual(3_600_000);
  });

  it.each(['soon', '-1', '1.5', '1 s'])('is undefined for %j', async (value) => {
    expect('retryAfter' in (await json({}, 429, { 'retry-after': value }))).toBe(false);
  });
});

describe('a long error body', () => {
  const kept = 16_384;

  it.each([
    ['16 KiB of one-byte characters', 'a'.repeat(kept), kept],
    ['one byte more than 16 KiB', 'a'.repeat(kept + 1), kept],
    ['16 KiB of two-byte characters', 'é'.repeat(kept / 2), kept / 2],
    ['two-byte characters, cut inside one', `a${'é'.repeat(kept / 2)}`, kept / 2],
    ['three-byte characters, fewer than 16,384 of them', '€'.repeat(6_000), 5_461],
    ['four-byte characters', '😀'.repeat(5_000), kept / 2],
  ])('is cut at 16 KiB: %s', async (_name, body, length) => {
    const error = await text(body);
    expect(error.body).toBe(body.slice(0, length));
    expect(error.body).not.toContain('\ufffd');
  });

  it('is cut in the message: errorCode at 100 characters, detail at 500', async () => {
    const { message, detail } = await json({ errorCode: 'C'.repeat(101), detail: 'd'.repeat(501) }, 400);
    expect(message).toContain('C'.repeat(100));
    expect(message).not.toContain('C'.repeat(101));
    expect(message).toContain('d'.repeat(500));
    expect(message).not.toContain('d'.repeat(501));
    expect(detail).toHaveLength(501);
  });

  it('has its reason in the message if it has no detail', async () => {
    expect((await json({ reason: 'Bad Request' }, 400)).message).toMatch(/400.*Bad Request/);
  });
});

describe('a redirect', () => {
  it.each([300, 301, 302, 303, 307, 308])('with status %i is not followed', async (status) => {
    const target = await startMswServer();
    const headers = { location: `${target.url}/elsewhere` };
    const error = await errorOf(() => new HttpResponse(null, { status, headers }));
    expect(error).toMatchObject({ status, headers });
    expect(error.message).toContain('baseUrl');
    expect(target.connections).toBe(0);
  });
});
