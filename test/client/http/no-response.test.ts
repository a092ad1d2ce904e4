import { expect, it } from 'vitest';
import { classify, FetchRejection, type NoResponseKind } from '../../../src/client/http/no-response.js';

const errorOf = (message: string, code?: string, name = 'Error') =>
  Object.assign(new Error(message), { name }, code && { code });

it.each<[kind: NoResponseKind, message: string, code?: string, name?: string]>([
  ['network', 'read ECONNRESET', 'ECONNRESET'],
  ['network', 'Proxy response (500) !== 200 when HTTP Tunneling'],
  ['connecting', 'Connect Timeout Error', 'UND_ERR_CONNECT_TIMEOUT'],
  ['protocol', 'wrong version number', 'ERR_SSL_WRONG_VERSION_NUMBER'],
  ['protocol', 'connect EINVAL', 'EINVAL'],
  ['protocol', 'Headers Overflow Error', 'UND_ERR_HEADERS_OVERFLOW'],
  ['protocol', 'Response does not match the HTTP/1.1 protocol', '', 'HTTPParserError'],
  ['protocol', 'Proxy response (499) !== 200 when HTTP Tunneling'],
  ['certificate', 'certificate has expired', 'CERT_HAS_EXPIRED'],
  ['proxy', 'Proxy Authentication Required (407)'],
  ['proxy', 'Proxy response (403) !== 200 when HTTP Tunneling'],
  ['mock', 'no match', 'UND_MOCK_ERR_MOCK_NOT_MATCHED'],
  ['mock', 'no match', 'ERR_NOCK_NO_MATCH'],
  ['mock', '[MSW] Cannot bypass a request when using the "error" strategy'],
  ['mock', 'fetch-mock: No response or fallback rule to cover GET'],
  ['sender', 'invalid onRequestStart method', 'UND_ERR_INVALID_ARG'],
])('the kind is %s for %j %j', (kind, message, code, name) => {
  const error = errorOf(message, code, name);
  expect(classify(error)).toEqual({ kind, error });
  // What a fetch rejects with by itself is no failure of the network.
  const rejected = classify(new FetchRejection('', { cause: error }));
  expect(rejected).toEqual({ kind: kind === 'network' ? 'sender' : kind, error });
});

const unreadable = Object.defineProperty(new Error(), 'message', { get: () => expect.unreachable() });

it.each<[reason: unknown, error: Error]>([
  ['text', new Error('text')],
  [null, new Error('No error was reported')],
  [{ message: 5, name: 5, code: 20 }, new Error('No error was reported')],
  [unreadable, new Error('The error that was reported throws another one when it is read')],
])('%j, which may be thrown too, becomes an error', (reason, error) => {
  expect(classify(reason)).toEqual({ kind: 'network', error });
});
