import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Body, openEnvelope, readBody, readResponse, type WireResponse } from '../../src/atlas/response.js';
import { AtlasApiError, AtlasInvalidResponseError, type TenantSnapshotsClient } from '../../src/index.js';
import { get, openBareClient, openClient } from '../support/open-client.js';
import { openEmulator } from '../support/open-emulator.js';
import { snapshotJson } from '../support/raw-steps.js';
import { rejection } from '../support/rejection.js';
import { type Reply, scriptedDispatcher } from '../support/scripted-dispatcher.js';
import { shown } from '../support/shown.js';
import { listPath } from '../support/snapshot-routes.js';

type Headers = WireResponse['headers'];

/** Reads a body. */
function read(body: string | Uint8Array, headers: Headers = {}, limit = 99, isTruncated = false): Body {
  return readBody({ status: 200, headers, bytes: Buffer.from(body), isTruncated }, limit);
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const inLatin1 = { 'content-type': 'text/plain; charset=iso-8859-1' };
const coded = (coding: string | string[]) => ({ 'content-encoding': coding });
const tooLarge = (limit: number) =>
  `is larger than ${limit} bytes (maxResponseSize). Raise the limit if you expect that much`;

describe('the body of a response', () => {
  it.each<[what: string, body: string | Uint8Array, text: string, json: unknown, problem: string | undefined]>([
    ['JSON', '{"a":[1]}', '{"a":[1]}', { a: [1] }, undefined],
    ['JSON after a byte order mark', '\ufeff1', '1', 1, undefined],
    ['a string with a byte order mark', '"\ufeff"', '"\ufeff"', '\ufeff', undefined],
    ['JSON after two byte order marks', '\ufeff\ufeff1', '\ufeff1', undefined, 'is not JSON'],
    ['nothing', '', '', undefined, 'is empty'],
    ['only a byte order mark', '\ufeff', '', undefined, 'is empty'],
    ['a space', ' ', ' ', undefined, 'is not JSON'],
    ['text', 'no', 'no', undefined, 'is not JSON'],
    ['JSON that is not UTF-8', latin1('"\xff"'), '"\ufffd"', '\ufffd', 'is not UTF-8'],
    ['text that is not UTF-8', latin1('\xff'), '\ufffd', undefined, 'is not UTF-8'],
  ])('may be %s', (_what, body, text, json, problem) => {
    expect(read(body)).toEqual({ text, json, problem });
  });

  it('keeps its text if it is truncated, but not if that is coded', () => {
    const unread = { json: undefined, problem: tooLarge(5), isPartial: true };
    expect(read('123', {}, 5, true)).toEqual({ ...unread, text: '123' });
    expect(read(latin1('é'), inLatin1, 5, true)).toEqual({ ...unread, text: 'é' });
    expect(read('12', coded('gzip'), 5, true)).toEqual({ ...unread, text: '' });
    expect(read('123', {}, 5)).not.toHaveProperty('isPartial');
  });

  it.each<[type: Headers[string], encoding: 'latin1' | 'utf8']>([
    ['application/json;charset=iso-8859-1', 'latin1'],
    ['application/json;charset=ISO-8859-1', 'latin1'],
    ['application/json; charset="iso-8859-1"', 'latin1'],
    ['application/json', 'utf8'],
    ['application/json;charset=utf-8', 'utf8'],
    ['application/iso-8859-1', 'utf8'],
    [['text/plain', 'text/plain;charset=iso-8859-1'], 'utf8'],
    [undefined, 'utf8'],
  ])('with the content type %j is decoded as %s', (type, encoding) => {
    expect(read(Buffer.from('"é"', encoding), { 'content-type': type })).toMatchObject({ text: '"é"', json: 'é' });
  });

  it.each(['gzip', 'x-gzip', ' GZip '])('with the content coding %j is unzipped, up to the limit', (coding) => {
    const text = JSON.stringify('x'.repeat(98));
    const unread = { text: '', json: undefined, problem: tooLarge(99), isPartial: true };
    expect(read(gzipSync(text), coded(coding), 100)).toEqual({ text, json: 'x'.repeat(98), problem: undefined });
    expect(read(gzipSync(text), coded(coding), 99)).toEqual(unread);
  });

  it('is unzipped before it is decoded', () => {
    expect(read(gzipSync(latin1('"é"')), { ...coded('gzip'), ...inLatin1 }).json).toBe('é');
  });

  it.each<[coding: string | string[], problem: string]>([
    ['gzip', 'is not valid gzip'],
    ['zstd', 'has the unsupported content coding zstd'],
    // Neither cut nor in lower case, so that the mask recognizes a secret in it.
    ['QWERTY'.repeat(50), `has the unsupported content coding ${'QWERTY'.repeat(50)}`],
    ['gzip, br', 'has the unsupported content coding gzip, br'],
    [['gzip', 'br'], 'has the unsupported content coding gzip,br'],
  ])('with the content coding %j is unread', (coding, problem) => {
    expect(read('1', coded(coding))).toEqual({ text: '', json: undefined, problem, isPartial: true });
  });

  it.each(['identity', 'Identity', ' identity ', '', ' '])('with the content coding %j is what it is', (coding) => {
    expect(read('1', coded(coding)).json).toBe(1);
  });

  it('never throws', () => {
    const codings = fc.constantFrom(undefined, 'gzip', 'deflate', 'br', 'identity', 'other', '');
    const types = fc.constantFrom(undefined, 'application/json;charset=ISO-8859-1');
    fc.assert(
      fc.property(fc.uint8Array(), codings, types, fc.boolean(), (bytes, coding, type, isTruncated) => {
        const body = read(bytes, { 'content-encoding': coding, 'content-type': type }, 10, isTruncated);
        expect(body.problem === undefined).toBe(body.json !== undefined);
      }),
    );
  });
});

describe('an envelope', () => {
  const open = (json: unknown) => openEnvelope({ text: 'text', json, problem: undefined });

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
    [{ status: '404', content: { id: 1 } }, 404, { id: 1 }],
    [{ status: '200', envelope: { id: 1 } }, 200, { id: 1 }],
  ])('is %j', (json, status, content) => {
    expect(open(json)).toEqual({ status, body: { text: 'text', json: content, problem: undefined } });
  });

  it.each([
    ...[null, 1, 'text', [], [{ status: 200 }], {}],
    ...[99, 600, 200.5, '200', null].map((status) => ({ status })),
    ...['', 'COMPLETED', ' 200', '2e2', '0404', '600'].map((status) => ({ status, content: 1 })),
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

  it.each(['content', 'envelope'] as const)('of Atlas may have the key %s, at both endpoints', async (envelopeKey) => {
    const emulator = await openEmulator({ envelopeKey });
    emulator.sunset(false);
    const { url: baseUrl, credentials, groupId, clusterName } = emulator;
    const client = openClient({ baseUrl, credentials: credentials.apiKey });
    for (const endpoint of ['tenant', 'flex'] as const) {
      const options = { envelope: true, pretty: true, endpoint };
      const { snapshotId: id, snapshots } = emulator;
      expect(await client.getTenantSnapshot(groupId, clusterName, id, options)).toMatchObject({ id });
      expect(await client.listTenantSnapshots(groupId, clusterName, options)).toHaveLength(snapshots.length);
      const missing = client.getTenantSnapshot(groupId, clusterName, '0'.repeat(24), options);
      const error = { status: 404, errorCode: 'TENANT_SNAPSHOT_NOT_FOUND' };
      expect(await rejection(missing, AtlasApiError)).toMatchObject(error);
    }
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
    expect(readResponse(response, false, 99)).toMatchObject({ isFromAtlas, error: { isFromAtlas } });
  });
});

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

/** A client whose requests all get this response. */
const open = (reply: Reply): TenantSnapshotsClient =>
  openBareClient({ url: 'http://127.0.0.1:9' }, { dispatcher: scriptedDispatcher(reply) });

describe.each([
  ['an array', '[]'],
  ['an array of snapshots', `[${snapshotJson}]`],
  ['a string', '"COMPLETED"'],
  ['a number', '5'],
  ['null', 'null'],
  ['arrays 100,000 deep', deep(100_000)],
  ['an id of objects 100,000 deep', `{"id":${deepObject(100_000)}}`],
  ['an infinite number', '{"id":1e999}'],
  ['two values', `${snapshotJson}${snapshotJson}`],
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

it('a __proto__ field of an error changes no prototype', async () => {
  const poison = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';
  const body = `{${poison},"errorCode":"X","parameters":[{${poison}}],"badRequestDetail":{${poison}}}`;
  const error = await rejection(get(open({ status: 400, body })), AtlasApiError);
  expect(error.errorCode).toBe('X');
  expect([error, {}].map((value) => 'polluted' in value)).toEqual([false, false]);
  for (const value of [error.headers, error.parameters?.[0]]) {
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
  }
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
