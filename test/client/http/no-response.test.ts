import { expect, it } from 'vitest';
import { classify, FetchFailure, type NoResponseKind } from '../../../src/client/http/no-response.js';

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
  // What a fetch throws by itself, without a code, is no failure of the network.
  const ofFetch = kind === 'network' && code === undefined ? 'sender' : kind;
  expect(classify(new FetchFailure(error, { isInBody: false }))).toEqual({ kind: ofFetch, error });
});

it.each<[reason: unknown, error: Error]>([
  ['text', new Error('text')],
  [null, new Error('No error was reported')],
  [{ message: 5, name: 5, code: 20 }, new Error('No error was reported')],
])('%j, which may be thrown too, becomes an error', (reason, error) => {
  expect(classify(reason)).toEqual({ kind: 'network', error });
});

/** Throws whatever it is asked. */
const { proxy: revoked, revoke } = Proxy.revocable({}, {});
revoke();

it.each<[what: string, reason: unknown]>([
  ...['name', 'message', 'code', 'cause'].map((name): [string, unknown] => [
    `an error whose ${name} throws`,
    Object.defineProperty(new TypeError('fetch failed'), name, { get: () => expect.unreachable() }),
  ]),
  ['an error whose cause throws whatever it is asked', new TypeError('fetch failed', { cause: revoked })],
  ['what throws whatever it is asked', revoked],
])('%s is a failure of the sender', (_what, reason) => {
  const error = new Error('The error that was reported cannot be read');
  for (const failure of [reason, new FetchFailure(reason, { isInBody: true })]) {
    expect(classify(failure)).toEqual({ kind: 'sender', error });
  }
});
