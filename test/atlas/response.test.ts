import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { type Body, type MaskText, openEnvelope, readBody, readResponse } from '../../src/atlas/response.js';
import type { HttpResponse } from '../../src/http/exchange.js';
import { AtlasApiError, AtlasInvalidResponseError, type TenantSnapshotsClient } from '../../src/index.js';
import { get, openBareClient } from '../support/open-client.js';
import { rejection } from '../support/rejection.js';
import { type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { shown } from '../support/shown.js';
import { listPath } from '../support/snapshot-routes.js';

type Headers = HttpResponse['headers'];

/** Reads a body. */
function read(body: string | Uint8Array, isTruncated = false): Body {
  return readBody({ status: 200, headers: {}, bytes: Buffer.from(body), isTruncated }, 99);
}

/** Opens a response. */
function open(
  status: number,
  body: string | object,
  mayBeEnveloped = false,
  isTruncated = false,
  headers: Headers = {},
) {
  const bytes = Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  const mask: MaskText = (text, isCut = false) =>
    `${text.replaceAll('secret', '[masked]').slice(0, 999)}${isCut ? '…' : ''}`;
  return readResponse({ status, headers, bytes, isTruncated }, mayBeEnveloped, 99, mask);
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');

describe('the body of a success', () => {
  it.each<[what: string, body: string | Uint8Array, json: unknown, problem: string | undefined]>([
    ['JSON', '{"a":[1]}', { a: [1] }, undefined],
    ['JSON after a byte order mark', '\ufeff1', 1, undefined],
    ['nothing', '', undefined, 'is empty'],
    ['a space', ' ', undefined, 'is not JSON'],
    ['text', 'no', undefined, 'is not JSON'],
    ['compressed', gzipSync('{}'), undefined, 'is not JSON'],
    ['JSON that is not UTF-8', latin1('"\xff"'), '\ufffd', 'is not UTF-8'],
    ['text that is not UTF-8', latin1('\xff'), undefined, 'is not JSON'],
  ])('may be %s', (_what, body, json, problem) => {
    expect(read(body)).toEqual({ json, problem, size: Buffer.from(body).length, isPartial: false });
  });

  it('is not parsed if it is truncated', () => {
    const problem = 'is larger than 99 bytes (maxResponseSize)';
    expect(read('123', true)).toEqual({ json: undefined, problem, size: 3, isPartial: true });
  });

  it('is not masked', () => {
    for (const isEnveloped of [true, false]) {
      expect(open(200, { status: 200, content: 'secret' }, isEnveloped)).not.toMatchObject({ text: expect.anything() });
      expect(JSON.stringify(open(200, { status: 200, content: 'secret' }, isEnveloped))).toContain('secret');
    }
  });
});

describe('an envelope', () => {
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
    expect(openEnvelope(json)).toEqual({ status, content });
  });

  it.each([
    ...[null, 1, 'text', [], [{ status: 200 }], {}],
    ...[99, 600, 200.5, '200', null].map((status) => ({ status })),
    ...['', 'COMPLETED', '404'].map((status) => ({ status, content: 1 })),
    JSON.parse('{"__proto__":{"status":503,"content":{}}}'),
  ])('is not %j', (json) => {
    expect(openEnvelope(json)).toBeUndefined();
  });

  const found = { status: 200, content: { id: 1 } };
  const notFound = { status: 404, content: { errorCode: 'X', detail: 'a secret' } };
  const error = { errorCode: 'X', detail: 'a [masked]' };

  it.each<[rule: string, status: number, mayBeEnveloped: boolean, json: object, expected: object]>([
    ['is opened if it was requested', 200, true, found, { status: 200, isEnveloped: true, body: { json: { id: 1 } } }],
    ['is not opened otherwise', 200, false, notFound, { status: 200, isEnveloped: false, body: { json: notFound } }],
    ['may hold an error, which is masked', 200, true, notFound, { status: 404, isEnveloped: true, error }],
    [
      'may hold a longer error',
      200,
      true,
      { ...notFound, a: 'a'.repeat(999) },
      { status: 404, isEnveloped: true, error: {} },
    ],
    ['does not override another status', 403, true, notFound, { status: 403, isEnveloped: false, error }],
    ['may be missing', 403, true, { error: 403, ...error }, { status: 403, isEnveloped: false, error }],
  ])('%s', (_rule, status, mayBeEnveloped, json, expected) => {
    expect(open(status, json, mayBeEnveloped)).toMatchObject(expected);
  });

  it('keeps the problem of a body that is not UTF-8', () => {
    const bytes = latin1('{"status":200,"content":"\xff"}');
    const response = { status: 200, headers: {}, bytes, isTruncated: false };
    expect(readResponse(response, true, 99, String)).toMatchObject({
      body: { problem: 'is not UTF-8' },
      isFromAtlas: false,
    });
  });
});

describe('the body of an error', () => {
  const parameters = ['a', 1, true, null];

  it.each<[what: string, body: string | object, text: string, error: object, isTruncated?: boolean]>([
    [
      'is masked before it is parsed',
      { secret: 1, detail: 'secret' },
      '{"[masked]":1,"detail":"[masked]"}',
      { detail: '[masked]' },
    ],
    ['may be no JSON', '<h1>secret</h1>', '<h1>[masked]</h1>', {}],
    ['is not parsed if it is truncated', '{"detail":"a"}', '{"detail":"a"}…', {}, true],
    ['is not parsed if it is cut', { detail: 'a'.repeat(999) }, `{"detail":"${'a'.repeat(988)}`, {}],
    ['may have scalar parameters', { parameters }, JSON.stringify({ parameters }), { parameters }],
    ...[[{}], [[]], 'a', {}].map((value): [string, object, string, object] => [
      `has no other parameters: ${JSON.stringify(value)}`,
      { parameters: value },
      JSON.stringify({ parameters: value }),
      {},
    ]),
  ])('%s', (_what, body, text, error, isTruncated = false) => {
    const response = open(400, body, false, isTruncated);
    expect(response).toMatchObject({ text });
    expect(JSON.parse(JSON.stringify(response.error))).toEqual(error);
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
    expect(open(404, JSON.stringify(json), false, false, headers)).toMatchObject({ isFromAtlas });
  });
});

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** A client whose requests all get this response. */
const openClient = (reply: Reply): TenantSnapshotsClient =>
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
    const error = await rejection(call(openClient({ body })), AtlasInvalidResponseError);
    expect(error.issues).not.toHaveLength(0);
    expect(error.message.length).toBeLessThan(1000);
  });
});

describe('an unknown field may be deeply nested', () => {
  it.each([deep(100_000), deepObject(50_000)])('in a snapshot: case %#', async (value) => {
    await expect(get(openClient({ body: `{"more":${value}}` }))).resolves.toHaveProperty('more');
  });

  it('in an error', async () => {
    const body = `{"errorCode":"X","parameters":${deep(6_000)},"more":${deepObject(500)}}`;
    const error = await rejection(get(openClient({ status: 400, body })), AtlasApiError);
    expect(error.errorCode).toBe('X');
    expect(() => shown(error)).not.toThrow();
  });
});
