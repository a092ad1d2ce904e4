import { describe, expect, it } from 'vitest';
import { Mask } from '../../../src/client/atlas/mask.js';
import {
  isLoginRefused,
  isSuccess,
  openEnvelope,
  readBody,
  readError,
  readResponse,
} from '../../../src/client/atlas/response.js';

const mask = new Mask(['secret']);

/** Opens a response with this body, and reads its error. Objects are sent as JSON. */
function open(
  status: number,
  body: string | object,
  { mayBeEnveloped = false, isTruncated = false, headers = {} } = {},
) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const truncatedAt = isTruncated ? bytes.length : undefined;
  const response = readResponse({ status, headers, bytes, truncatedAt }, mayBeEnveloped);
  if (isSuccess(response.status)) return response;
  const { text, report } = readError(response, mask);
  return { status: response.status, text, error: report };
}

/** Leaves out what is undefined. */
const defined = (value: object): unknown => JSON.parse(JSON.stringify(value));

it.each<[what: string, body: string | Uint8Array, json: unknown, problem?: string, truncatedAt?: number]>([
  ['JSON', '{"a":[1]}', { a: [1] }],
  ['JSON after a byte order mark', '\ufeff"\ufeff"', '\ufeff'],
  ['nothing', '', undefined, 'is empty'],
  ['a space', ' ', undefined, 'is not JSON'],
  ['truncated, and is not parsed', '123', undefined, 'is larger than 99 bytes (maxResponseSize)', 99],
])('the body of a success may be %s', (_what, body, json, problem, truncatedAt) => {
  const read = readBody({ status: 200, headers: {}, bytes: Buffer.from(body), truncatedAt });
  expect(read).toEqual({ json, problem });
});

describe('an envelope', () => {
  it.each<[json: object, status: number, content: unknown]>([
    [{ status: 200, content: { id: 1 } }, 200, { id: 1 }],
    [{ status: 404, envelope: { id: 1 } }, 404, { id: 1 }],
    [{ status: 200, content: 1, envelope: 2 }, 200, 1],
    [{ status: 200, content: null }, 200, null],
    [{ status: 200, envelope: null }, 200, null],
    // A list has no inner content.
    [{ status: 200, results: [] }, 200, { results: [] }],
    [{ status: '404', content: 1 }, 404, 1],
    [{ status: 100 }, 100, {}],
    [{ status: 599, content: false }, 599, false],
  ])('is %j', (json, status, content) => {
    expect(openEnvelope(json)).toEqual({ status, content });
  });

  it.each([
    ...[null, 1, [{ status: 200 }], {}],
    ...[99, 600, 1200, 200.5, 'COMPLETED', null].map((status) => ({ status, content: 1 })),
  ])('is not %j', (json) => {
    expect(openEnvelope(json)).toBeUndefined();
  });

  const found = { status: 200, content: { id: 'secret' } };
  const notFound = { status: 404, content: { errorCode: 'X', detail: 'a secret' } };
  const error = { errorCode: 'X', detail: 'a [masked]' };

  it.each<[rule: string, status: number, mayBeEnveloped: boolean, body: object, expected: object]>([
    ['is opened if it was requested', 200, true, found, { status: 200, json: found.content }],
    ['may hold a redirect', 200, true, { status: 300 }, { status: 300, error: {} }],
    ['is not opened otherwise', 200, false, notFound, { status: 200, json: notFound }],
    ['may hold an error, which is masked', 200, true, notFound, { status: 404, error }],
    ['may hold an error without content', 200, true, { status: 503, content: null }, { status: 503, error: {} }],
    ['does not override another status', 403, true, notFound, { status: 403, error }],
  ])('%s', (_rule, status, mayBeEnveloped, body, expected) => {
    expect(open(status, body, { mayBeEnveloped })).toMatchObject(expected);
  });
});

describe('an error', () => {
  const escaped = String.raw`{"detail":"a \u0073ecret","parameters":["\u0073ecret",{"\u0073ecret":[{"s\u0065cret":1}]}]}`;

  it.each<[rule: string, body: string | object, text: string, error: object, isTruncated?: boolean]>([
    [
      'is masked before it is parsed',
      { secret: 1, detail: 'secret' },
      '{"[masked]":1,"detail":"[masked]"}',
      { detail: '[masked]' },
    ],
    [
      'is masked again, as parsing undoes escapes',
      escaped,
      escaped,
      { detail: 'a [masked]', parameters: ['[masked]', { '[masked]': [{ '[masked]': 1 }] }] },
    ],
    ['has no fields if it is truncated', { detail: 'a'.repeat(20) }, '{"detail":"aaaaaaaaaa', {}, true],
    ['has no fields if it is cut', { detail: 'a'.repeat(16_384) }, `{"detail":"${'a'.repeat(16_373)}`, {}],
  ])('%s', (_rule, body, text, error, isTruncated = false) => {
    const response = open(400, body, { isTruncated });
    expect(response).toHaveProperty('text', text);
    expect(defined('error' in response ? response.error : {})).toEqual(error);
  });

  it.each<[body: string, error: object]>([
    ['null', {}],
    ['{"error":"x","errorCode":5,"reason":"r","detail":["d"]}', { reason: 'r' }],
    [
      '{"parameters":["a",1,true,null,{"b":{"c":[2]}}],"detail":"d"}',
      { parameters: ['a', 1, true, null, { b: { c: [2] } }], detail: 'd' },
    ],
    ['{"parameters":{"a":1},"detail":"d"}', { detail: 'd' }],
    ['{"badRequestDetail":null,"detail":null,"errorCode":null,"reason":null,"parameters":null}', {}],
    ['{"badRequestDetail":{"fields":[{}]}}', { badRequestDetail: { fields: [{ field: '', description: '' }] } }],
  ])('has the valid fields of %s', (body, error) => {
    const response = open(400, body);
    expect(response).toHaveProperty('text', body);
    expect(defined('error' in response ? response.error : {})).toEqual(error);
  });

  const coded = { 'x-error-code': 'a secret' };

  it.each<[code: string, body: string | object, errorCode: string]>([
    ['of its body rather than that of its headers', { errorCode: 'X' }, 'X'],
    ['of its headers, masked, if its body has none', '<html>', 'a [masked]'],
    ['of its headers if that of its body is empty', { errorCode: '' }, 'a [masked]'],
  ])('has the code %s', (_code, body, errorCode) => {
    expect(open(404, body, { headers: coded })).toMatchObject({ error: { errorCode } });
  });
});

it.each<[isRefused: boolean, status: number, errorCodes: (string | undefined)[]]>([
  [true, 401, [undefined, 'UNEXPECTED_ERROR', 'toString']],
  [false, 401, ['USER_UNAUTHORIZED', 'TENANT_SNAPSHOT_ACCESS_DENIED', 'NOT_IN_GROUP']],
  [false, 401, ['USER_CANNOT_ACCESS_GROUP', 'USER_CANNOT_ACCESS_ORG']],
  [false, 403, [undefined]],
])('the login is refused: %s, if the status is %i and the code one of %j', (isRefused, status, errorCodes) => {
  for (const errorCode of errorCodes) {
    const bytes = Buffer.from(JSON.stringify({ errorCode }));
    const response = { status, headers: {}, bytes, truncatedAt: undefined };
    expect([errorCode, isLoginRefused(response)]).toEqual([errorCode, isRefused]);
  }
});
