import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope, readBody } from '../../src/atlas/response.js';
import type { HeaderFields } from '../../src/http/headers.js';

const response = (
  body: string | Uint8Array,
  headers: HeaderFields = {},
  isTruncated = false,
): Parameters<typeof readBody>[0] => ({
  status: 200,
  headers,
  bytes: Buffer.from(body),
  isTruncated,
});

describe('readBody', () => {
  it('parses JSON', () => {
    expect(readBody(response('{"a":[1]}'), 99)).toEqual({ text: '{"a":[1]}', json: { a: [1] }, problem: undefined });
  });

  it.each<[name: string, body: string | number[], problem: string, text: string]>([
    ['an empty body', '', 'is empty', ''],
    ['a space', ' ', 'is not JSON', ' '],
    ['text', 'no', 'is not JSON', 'no'],
    ['only a byte order mark', '\ufeff', 'is empty', ''],
  ])('describes the problem with %s', (_name, body, problem, text) => {
    expect(readBody(response(typeof body === 'string' ? body : Uint8Array.from(body)), 99)).toEqual({
      text,
      json: undefined,
      problem,
    });
  });

  it('returns what it can decode of invalid UTF-8', () => {
    const problem = 'is not UTF-8';
    const read = (...bytes: number[]) => readBody(response(Uint8Array.from(bytes)), 99);
    expect(read(0x22, 0xff, 0x22)).toEqual({ text: '"\ufffd"', json: '\ufffd', problem });
    expect(read(0xff)).toEqual({ text: '\ufffd', json: undefined, problem });
  });

  it('removes one byte order mark at the start', () => {
    expect(readBody(response('\ufeff1'), 99)).toEqual({ text: '1', json: 1, problem: undefined });
    expect(readBody(response('"\ufeff"'), 99).json).toBe('\ufeff');
    expect(readBody(response('\ufeff\ufeff1'), 99).problem).toBe('is not JSON');
  });

  it('returns the text of a truncated body, without JSON', () => {
    const problem = 'is larger than 5 bytes (maxResponseSize). Raise the limit if you expect that much';
    expect(readBody(response('123', {}, true), 5)).toEqual({ text: '123', json: undefined, problem, isPartial: true });
    expect(readBody(response('123'), 5)).not.toHaveProperty('isPartial');
    expect(readBody(response('12', { 'content-encoding': 'gzip' }, true), 5).text).toBe('');
    const latin1 = { 'content-type': 'text/plain; charset=iso-8859-1' };
    expect(readBody(response(Buffer.from('é', 'latin1'), latin1, true), 5).text).toBe('é');
  });

  it.each(['iso-8859-1', 'ISO-8859-1', '"iso-8859-1"'])('decodes %s if the content type names it', (charset) => {
    const headers = { 'content-type': `application/json;charset=${charset}` };
    expect(readBody(response(Buffer.from('"\u00e9"', 'latin1'), headers), 99)).toMatchObject({
      text: '"\u00e9"',
      json: '\u00e9',
    });
  });

  it.each<HeaderFields['content-type']>([
    'application/json',
    'application/json;charset=utf-8',
    'application/iso-8859-1',
    ['text/plain', 'text/plain;charset=iso-8859-1'],
    undefined,
  ])('decodes UTF-8 if the content type is %j', (type) => {
    expect(readBody(response('"\u00e9"', { 'content-type': type }), 99).json).toBe('\u00e9');
  });

  it.each(['gzip', 'x-gzip', ' GZip '])('decompresses %j, up to the limit', (coding) => {
    const body = JSON.stringify('x'.repeat(98));
    const coded = response(gzipSync(body), { 'content-encoding': coding });
    expect(readBody(coded, 100)).toEqual({ text: body, json: 'x'.repeat(98), problem: undefined });
    const problem = 'is larger than 99 bytes (maxResponseSize). Raise the limit if you expect that much';
    expect(readBody(coded, 99)).toEqual({ text: '', json: undefined, problem, isPartial: true });
  });

  it('decodes compressed Latin-1', () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=iso-8859-1' };
    expect(readBody(response(gzipSync(Buffer.from('"\u00e9"', 'latin1')), headers), 99).json).toBe('\u00e9');
  });

  it.each<[coding: string | string[], problem: string]>([
    ['gzip', 'is not valid gzip'],
    ['zstd', 'has the unsupported content coding zstd'],
    ['gzip, br', 'has the unsupported content coding gzip, br'],
    [['gzip', 'br'], 'has the unsupported content coding gzip, br'],
  ])('describes the problem with the content coding %j', (coding, problem) => {
    const unread = { text: '', json: undefined, problem, isPartial: true };
    expect(readBody(response('1', { 'content-encoding': coding }), 99)).toEqual(unread);
  });

  it.each(['identity', 'Identity', ' identity ', '', ' '])(
    'leaves a body with the content coding %j unchanged',
    (coding) => {
      expect(readBody(response('1', { 'content-encoding': coding }), 99).json).toBe(1);
    },
  );

  it('never throws', () => {
    const codings = fc.constantFrom(undefined, 'gzip', 'deflate', 'br', 'identity', 'other', '');
    const types = fc.constantFrom(undefined, 'application/json;charset=ISO-8859-1');
    fc.assert(
      fc.property(fc.uint8Array(), codings, types, fc.boolean(), (bytes, coding, type, truncated) => {
        const headers = { 'content-encoding': coding, 'content-type': type };
        const body = readBody(response(bytes, headers, truncated), 10);
        expect(body.problem === undefined).toBe(body.json !== undefined);
      }),
    );
  });

  it('parses every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(readBody(response(JSON.stringify(value)), 1)).toMatchObject({ json: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});

describe('openEnvelope', () => {
  it('keeps the problem of a body that is not UTF-8', () => {
    const body = readBody(response(Uint8Array.from(Buffer.from('{"status":200,"content":"\xff"}', 'latin1'))), 99);
    expect(openEnvelope(body)?.body.problem).toBe('is not UTF-8');
  });

  const open = (json: unknown) => openEnvelope({ text: 'text', json, problem: undefined });

  it.each([
    [{ status: 200, content: { id: 1 } }, 200, { id: 1 }],
    [{ status: 404, envelope: { id: 1 } }, 404, { id: 1 }],
    [{ status: 200, content: 1, envelope: 2 }, 200, 1],
    [{ status: 200, content: null, envelope: 2 }, 200, 2],
    // A list has no inner content.
    [{ status: 200, results: [] }, 200, { status: 200, results: [] }],
    [{ status: 100 }, 100, { status: 100 }],
    [{ status: 599, content: false }, 599, false],
    [{ status: '404', content: { id: 1 } }, 404, { id: 1 }],
    [{ status: '200', envelope: { id: 1 } }, 200, { id: 1 }],
  ])('opens %j', (json, status, content) => {
    expect(open(json)).toEqual({ status, body: { text: 'text', json: content, problem: undefined } });
  });

  const invalidStatuses = [99, 600, 200.5, '200', null].map((status) => ({ status }));
  const invalidStatusesWithContent = ['', 'COMPLETED', ' 200', '2e2', '0404', '600'].map((status) => ({
    status,
    content: 1,
  }));

  it.each([null, 1, 'text', [], [{ status: 200 }], {}, ...invalidStatuses, ...invalidStatusesWithContent])(
    'ignores %j',
    (json) => {
      expect(open(json)).toBeUndefined();
    },
  );
});
