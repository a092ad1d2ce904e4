import { describe, expect, it } from 'vitest';
import {
  isConnectionLoss,
  kindOfError,
  NoResponse,
  type NoResponseKind,
} from '../../../src/client/http/no-response.js';

const errorOf = (message: string, code?: string, name = 'Error') =>
  Object.assign(new Error(message), { name }, code && { code });

describe('kindOfError', () => {
  it.each<[kind: NoResponseKind, message: string, code?: string, name?: string]>([
    ['proxy login', 'Proxy response (407) !== 200 when HTTP Tunneling'],
    ['proxy login', 'Proxy Authentication Required (407)'],
    ['proxy refusal', 'Proxy response (403) !== 200 when HTTP Tunneling'],
    ['protocol', 'Proxy response (499) !== 200 when HTTP Tunneling'],
    ['other', 'Proxy response (500) !== 200 when HTTP Tunneling'],
    ['dispatcher version', 'invalid onRequestStart method', 'UND_ERR_INVALID_ARG'],
    ['mock', 'no match', 'UND_MOCK_ERR_MOCK_NOT_MATCHED'],
    ['mock', 'no match', 'ERR_NOCK_NO_MATCH'],
    ['mock', '[MSW] Cannot bypass a request when using the "error" strategy'],
    ['connect timeout', 'Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT'],
    ['connect timeout', 'Headers Timeout Error', 'UND_ERR_HEADERS_TIMEOUT'],
    ['certificate', 'certificate has expired', 'CERT_HAS_EXPIRED'],
    ['certificate', 'unable to verify', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['certificate', 'unknown ca', 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA'],
    ['protocol', 'wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'],
    ['protocol', 'write EPROTO', 'EPROTO'],
    ['protocol', 'connect EINVAL', 'EINVAL'],
    ['protocol', 'Headers Overflow Error', 'UND_ERR_HEADERS_OVERFLOW'],
    ['protocol', 'Response does not match the HTTP/1.1 protocol', '', 'HTTPParserError'],
    ['other', 'read ECONNRESET', 'ECONNRESET'],
  ])('is %s for %s %s', (kind, message, code, name) => {
    expect(kindOfError(errorOf(message, code, name))).toBe(kind);
  });
});

it('only a network that failed, or was too slow, may do better at another attempt', () => {
  const isRetryable = (kind: NoResponseKind) => new NoResponse(kind, 1).isRetryable;
  for (const kind of ['attempt timeout', 'connect timeout', 'other'] as const) expect(isRetryable(kind)).toBe(true);
  const final = [
    'certificate',
    'protocol',
    'proxy login',
    'proxy refusal',
    'dispatcher version',
    'mock',
    'fetch refusal',
  ] as const;
  for (const kind of final) expect([kind, isRetryable(kind)]).toEqual([kind, false]);
});

describe('isConnectionLoss', () => {
  it.each<[isLoss: boolean, message: string, code?: string]>([
    [true, 'other side closed', 'UND_ERR_SOCKET'],
    [true, 'read ECONNRESET', 'ECONNRESET'],
    [true, 'write EPIPE', 'EPIPE'],
    [true, 'Stream closed with error code NGHTTP2_REFUSED_STREAM', 'ERR_HTTP2_STREAM_ERROR'],
    [true, 'HTTP/2: "GOAWAY" frame received with code 0', 'UND_ERR_INFO'],
    [true, 'HTTP/2: stream half-closed (remote)', 'UND_ERR_INFO'],
    [false, 'no such host', 'ENOTFOUND'],
    [false, 'connect ETIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT'],
    [false, 'Request aborted', 'UND_ERR_ABORTED'],
    [false, 'no code at all'],
  ])('is %j for %j', (isLoss, message, code) => {
    expect(isConnectionLoss(errorOf(message, code))).toBe(isLoss);
  });
});
