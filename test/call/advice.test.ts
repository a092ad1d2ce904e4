import { describe, expect, it } from 'vitest';
import type { ErrorReport } from '../../src/atlas/response.js';
import { adviseOnStatus, adviseOnTransport } from '../../src/call/advice.js';
import { finalTransportError } from '../../src/http/retry.js';
import { codeIn, read, tablesUnder } from '../docs/support/documents.js';

describe('the advice of API errors', () => {
  const [codes = [], statuses = []] = tablesUnder(read('docs/errors.md'), 'API errors');
  const report = {
    isFromAtlas: true,
    errorCode: undefined,
    detail: undefined,
    reason: undefined,
    parameters: undefined,
    badRequestDetail: undefined,
  };
  const apiPath = '/api/atlas/v1.0/groups';
  const noRoute = { errorCode: 'RESOURCE_NOT_FOUND', parameters: [apiPath] };
  const advise = (status: number, changes: Partial<ErrorReport>, endpoint?: 'tenant' | 'flex') =>
    adviseOnStatus(status, { ...report, ...changes }, undefined, { endpoint, noun: endpoint && 'snapshot', apiPath });

  it('is documented for each code', () => {
    expect(codes.length).toBeGreaterThan(5);
    for (const row of codes) {
      for (const errorCode of codeIn(row['`errorCode`'])) {
        expect([errorCode, advise(418, { errorCode }, 'tenant')]).toEqual([errorCode, row['Advice']]);
      }
    }
  });

  it('is documented for each status', () => {
    const actual: Readonly<Record<string, string>> = {
      '3xx': advise(302, {}),
      400: advise(400, {}),
      401: advise(401, {}, 'tenant'),
      '401 of `get`': advise(401, {}),
      402: advise(402, {}),
      403: advise(403, {}, 'tenant'),
      '403 of `get`': advise(403, {}),
      404: advise(404, {}, 'flex'),
      '404 of `get`': advise(404, {}),
      '404 from a gateway': advise(404, { isFromAtlas: false }),
      '406 of `get`': advise(406, {}),
      '410, or 404 `RESOURCE_NOT_FOUND`, at the M2/M5 endpoint': advise(404, noRoute, 'tenant'),
      '410 at the Flex endpoint': advise(410, {}, 'flex'),
      '410 of `get`': advise(410, {}),
      429: advise(429, {}),
      '408, 5xx': advise(503, {}),
      'any other': advise(418, {}),
    };
    expect(advise(410, {}, 'tenant')).toBe(advise(404, noRoute, 'tenant'));
    expect(Object.fromEntries(statuses.map((row) => [row['`status`'], row['Advice']]))).toEqual(actual);
  });

  it.each(['USER_UNAUTHORIZED', 'TENANT_SNAPSHOT_ACCESS_DENIED'])('after a %s of get() names no role', (errorCode) => {
    expect(advise(401, { errorCode })).toBe(
      'The login is valid, but a role is missing. Grant the API key or service account a role that can read this path.',
    );
  });

  it('for a Flex cluster does not send a caller of get() to the endpoint option', () => {
    const errorCode = 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API';
    expect(advise(400, { errorCode })).toBe('This is a Flex cluster. Pass a path of the Flex API.');
    expect(advise(404, { errorCode: 'GROUP_NOT_FOUND' })).toBe(advise(404, { errorCode: 'GROUP_NOT_FOUND' }, 'flex'));
  });

  it.each([undefined, 'INVALID_VERSION_DATE'])('names the option apiVersion of get() after a 406 %s', (errorCode) => {
    expect(advise(406, { errorCode })).toBe('Set the option apiVersion to a version that this path supports.');
  });

  it('is for the status if a code only looks like a known one', () => {
    expect(advise(402, { errorCode: 'toString' })).toBe(advise(402, {}));
  });

  it('names the wait after a 429, if Atlas does', () => {
    const waiting = adviseOnStatus(429, report, 1_500, { endpoint: 'flex', noun: 'snapshot', apiPath });
    expect(waiting).toBe('Wait 1500 ms before the next call, and make fewer calls.');
    expect(advise(429, {})).toBe('Wait before the next call, and make fewer calls.');
  });
});

describe('the advice after a failed exchange', () => {
  const errorOf = (message: string, code?: string) =>
    Object.assign(new Error(message), code === undefined ? {} : { code });
  const noLogin = 'The proxy requires a login (407). Add a user name and password to HTTPS_PROXY.';
  const refused = 'The proxy refused the connection (403). Allow the host in the proxy, or add it to NO_PROXY.';
  const certificate =
    'The TLS certificate was rejected. Check baseUrl, or add your certificate authority with NODE_EXTRA_CA_CERTS.';

  it.each([
    [errorOf('Proxy response (407) !== 200 when HTTP Tunneling'), noLogin],
    [errorOf('Proxy Authentication Required (407)'), noLogin],
    [errorOf('Proxy response (403) !== 200 when HTTP Tunneling'), refused],
    [
      errorOf('invalid onRequestStart method', 'UND_ERR_INVALID_ARG'),
      'The dispatcher rejected the request. Pass a dispatcher of undici 7 or 8, not of an older version.',
    ],
    [errorOf('x', 'UND_MOCK_ERR_MOCK_NOT_MATCHED'), 'The MockAgent has no interceptor for this request. Add one.'],
    [errorOf('x', 'CERT_HAS_EXPIRED'), certificate],
    [errorOf('x', 'DEPTH_ZERO_SELF_SIGNED_CERT'), certificate],
    [errorOf('x', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'), certificate],
    [errorOf('x', 'ERR_TLS_CERT_ALTNAME_INVALID'), certificate],
  ])('says what to do about an error that another attempt cannot fix: %s', (error, advice) => {
    const final = finalTransportError(error);
    expect(final).toBeDefined();
    expect(adviseOnTransport(final)).toBe(advice);
  });

  it.each([
    errorOf('Proxy response (502) !== 200 when HTTP Tunneling'),
    errorOf('read ECONNRESET', 'ECONNRESET'),
    errorOf('x'),
  ])('points to the cause of any other error: %s', (error) => {
    const final = finalTransportError(error);
    expect(final).toBeUndefined();
    expect(adviseOnTransport(final)).toBe(
      'See the cause, and check the network, baseUrl and any proxy on the way to Atlas.',
    );
  });
});
