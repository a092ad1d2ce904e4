import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Body, openEnvelope, readBody, readResponse } from '../../src/atlas/response.js';
import type { HttpResponse } from '../../src/http/exchange.js';
import { AtlasApiError, AtlasInvalidResponseError, type TenantSnapshotsClient } from '../../src/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { shown } from '../support/shown.js';
import { listPath } from '../support/snapshot-routes.js';

type Headers = HttpResponse['headers'];

/** Reads a body. */
function read(body: string | Uint8Array, isTruncated = false, headers: Headers = {}): Body {
  return readBody({ status: 200, headers, bytes: Buffer.from(body), isTruncated }, 99);
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the body of a response', () => {
  it.each<[what: string, body: string | Uint8Array, text: string, json: unknown, problem: string | undefined]>([
    ['JSON', '{"a":[1]}', '{"a":[1]}', { a: [1] }, undefined],
    ['JSON after a byte order mark', '\ufeff1', '1', 1, undefined],
    ['nothing', '', '', undefined, 'is empty'],
    ['a space', ' ', ' ', undefined, 'is not JSON'],
    ['text', 'no', 'no', undefined, 'is not JSON'],
    ['JSON that is not UTF-8', latin1('"\xff"'), '"\ufffd"', '\ufffd', 'is not UTF-8'],
    ['text that is not UTF-8', latin1('\xff'), '\ufffd', undefined, 'is not JSON'],
  ])('may be %s', (_what, body, text, json, problem) => {
    const size = Buffer.from(body).length;
    expect(read(body)).toEqual({ text, json, problem, size, isPartial: false });
  });

  it('keeps its text if it is truncated', () => {
    const problem = 'is larger than 99 bytes (maxResponseSize)';
    expect(read('123', true)).toEqual({ text: '123', json: undefined, problem, size: 3, isPartial: true });
  });
});

describe('a body with the content coding gzip', () => {
  const zipped = { 'content-encoding': 'gzip' };

  it.each(['gzip', 'x-gzip', 'GZip'])('is unzipped: %s', (coding) => {
    expect(read(gzipSync('{"a":1}'), false, { 'content-encoding': coding })).toMatchObject({ json: { a: 1 }, size: 7 });
  });

  it('is unzipped up to the limit', () => {
    const [fits, exceeds] = [97, 98].map((length) => gzipSync(JSON.stringify('x'.repeat(length))));
    expect(read(fits ?? '', false, zipped)).toMatchObject({ isPartial: false, problem: undefined });
    expect(read(exceeds ?? '', false, zipped)).toMatchObject({ isPartial: true, json: undefined, text: '' });
  });

  it('is not JSON if it is not gzip', () => {
    expect(read('1x', false, zipped)).toMatchObject({ text: '1x', problem: 'is not JSON' });
  });
});

describe('an envelope', () => {
  const open = (json: unknown) => openEnvelope({ text: 'text', json, problem: undefined, size: 0, isPartial: false });

  it.each<[json: object, status: number, content: unknown]>([
    [{ status: 200, content: { id: 1 } }, 200, { id: 1 }],
    [{ status: 404, envelope: { id: 1 } }, 404, { id: 1 }],
    [{ status: 200, content: 1, envelope: 2 }, 200, 1],
    [{ status: 200, content: null, envelope: 2 }, 200, 2],
    [{ status: 200, content: null }, 200, null],
    // A list has no inner content.
    [{ status: 200, results: [] }, 200, { results: [] }],
    [{ status: 100 }, 100, {}],
    [{ status: 599, content: false }, 599, false],
  ])('is %j', (json, status, content) => {
    expect(open(json)).toMatchObject({ status, body: { text: 'text', json: content } });
  });

  it.each([
    ...[null, 1, 'text', [], [{ status: 200 }], {}],
    ...[99, 600, 200.5, '200', null].map((status) => ({ status })),
    ...['', 'COMPLETED', '404'].map((status) => ({ status, content: 1 })),
    JSON.parse('{"__proto__":{"status":503,"content":{}}}'),
  ])('is not %j', (json) => {
    expect(open(json)).toBeUndefined();
  });

  it('keeps the problem of a body that is not UTF-8', () => {
    expect(openEnvelope(read(latin1('{"status":200,"content":"\xff"}')))?.body.problem).toBe('is not UTF-8');
  });

  const notFound = { status: 404, content: { errorCode: 'X' } };
  const error = { errorCode: 'X' };

  it.each<[rule: string, status: number, mayBeEnveloped: boolean, json: object, expected: object]>([
    ['is opened if it was requested', 200, true, notFound, { status: 404, isEnveloped: true, error }],
    ['is not opened otherwise', 200, false, notFound, { status: 200, isEnveloped: false, error: undefined }],
    ['does not override another status', 403, true, notFound, { status: 403, isEnveloped: false, error }],
    ['may be missing', 403, true, { error: 403, ...error }, { status: 403, isEnveloped: false, error }],
  ])('%s', (_rule, status, mayBeEnveloped, json, expected) => {
    const text = JSON.stringify(json);
    const response = { status, headers: {}, bytes: Buffer.from(text), isTruncated: false };
    expect(readResponse(response, mayBeEnveloped, 99)).toMatchObject({ ...expected, body: { text } });
  });
});

describe('an error is from Atlas', () => {
  it.each<[is: boolean, how: string, json: unknown, headers: Headers]>([
    [true, 'if its body has an errorCode', { errorCode: 'X' }, {}],
    [true, 'if it has the header X-Error-Code', '', { 'x-error-code': 'X' }],
    [true, 'if its body has the status as a number', { error: 404, errorCode: null }, {}],
    [false, 'but not if its body has the status as text', { error: 'Not Found', status: 404 }, {}],
    [false, 'but not if it is HTML', '<html>', {}],
  ])('%s: %s', (isFromAtlas, _how, json, headers) => {
    const response = { status: 404, headers, bytes: Buffer.from(JSON.stringify(json)), isTruncated: false };
    expect(readResponse(response, false, 99)).toMatchObject({ isFromAtlas });
  });
});

it('an error has the first 100 parameters and rejected fields; what follows is not even parsed', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => ({ field: `${index}`, description: '' }));
  const json = { parameters: [...hundred, 'more'], badRequestDetail: { fields: [...hundred, 'no object'] } };
  const response = { status: 503, headers: {}, bytes: Buffer.from(JSON.stringify(json)), isTruncated: false };
  const { error } = readResponse(response, false, 9_999);
  expect(error).toEqual({ parameters: hundred, badRequestDetail: { fields: hundred } });
});

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** A client whose requests all get this response. */
const open = (reply: Reply): TenantSnapshotsClient =>
  openBareClient({ url: 'http://127.0.0.1:9' }, { dispatcher: scriptedDispatcher(reply) });

describe.each([
  ['null', 'null'],
  ['arrays 100,000 deep', deep(100_000)],
  ['an id of objects 100,000 deep', `{"id":${deepObject(100_000)}}`],
  ['an infinite number', '{"id":1e999}'],
])('%s in place of a snapshot', (_name, json) => {
  it.each<[where: string, body: string, call: (client: TenantSnapshotsClient) => Promise<unknown>]>([
    ['in a body', json, (client) => get(client)],
    ['in an envelope', `{"status":200,"content":${json}}`, (client) => get(client, { envelope: true })],
    ['in a list', `{"results":[${json}]}`, (client) => client.listTenantSnapshots(...listPath)],
  ])('%s is an invalid response', async (_where, body, call) => {
    const error = await rejection(call(open({ body })), AtlasInvalidResponseError);
    expect(error.issues).not.toHaveLength(0);
    expect(error.message.length).toBeLessThan(1000);
  });
});

describe('an unknown field may be deeply nested', () => {
  it.each([deep(100_000), deepObject(50_000)])('in a snapshot: case %#', async (value) => {
    await expect(get(open({ body: `{"more":${value}}` }))).resolves.toHaveProperty('more');
  });

  it('in an error', async () => {
    const body = `{"errorCode":"X","parameters":[${deep(100_000)}],"more":${deepObject(50_000)}}`;
    const error = await rejection(get(open({ status: 400, body })), AtlasApiError);
    expect(error.errorCode).toBe('X');
    expect(() => shown(error)).not.toThrow();
  });
});
