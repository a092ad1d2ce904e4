import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { openEnvelope, readBody } from '../../src/http/body.js';
import type { HeaderFields } from '../../src/http/headers.js';

const answer = (
  body: string | Uint8Array,
  headers: HeaderFields = {},
  isTruncated = false,
): Parameters<typeof readBody>[0] => ({
  status: 200,
  headers,
  trailers: {},
  bytes: Buffer.from(body),
  isTruncated,
});

describe('readBody', () => {
  it('reads JSON', () => {
    expect(readBody(answer('{"a":[1]}'), 99)).toEqual({ text: '{"a":[1]}', json: { a: [1] }, problem: undefined });
  });

  it.each<[name: string, body: string | number[], problem: string, text: string]>([
    ['nothing', '', 'is empty', ''],
    ['blanks', ' ', 'is not JSON', ' '],
    ['text', 'no', 'is not JSON', 'no'],
    ['a byte order mark alone', '\ufeff', 'is empty', ''],
  ])('says what is wrong with %s', (_name, body, problem, text) => {
    expect(readBody(answer(typeof body === 'string' ? body : Uint8Array.from(body)), 99)).toEqual({
      text,
      json: undefined,
      problem,
    });
  });

  it('tells what can be read of bad UTF-8', () => {
    const problem = 'is not UTF-8';
    const read = (...bytes: number[]) => readBody(answer(Uint8Array.from(bytes)), 99);
    expect(read(0x22, 0xff, 0x22)).toEqual({ text: '"\ufffd"', json: '\ufffd', problem });
    expect(read(0xff)).toEqual({ text: '\ufffd', json: undefined, problem });
  });

  it('takes one byte order mark away, at the beginning alone', () => {
    expect(readBody(answer('\ufeff1'), 99)).toEqual({ text: '1', json: 1, problem: undefined });
    expect(readBody(answer('"\ufeff"'), 99).json).toBe('\ufeff');
    expect(readBody(answer('\ufeff\ufeff1'), 99).problem).toBe('is not JSON');
  });

  it('gives the text of a body that was cut, and no JSON', () => {
    const problem = 'is larger than 5 bytes (maxResponseSize)';
    expect(readBody(answer('123', {}, true), 5)).toEqual({ text: '123', json: undefined, problem, isPartial: true });
    expect(readBody(answer('123'), 5)).not.toHaveProperty('isPartial');
    expect(readBody(answer('12', { 'content-encoding': 'gzip' }, true), 5).text).toBe('12');
  });

  it.each(['iso-8859-1', 'ISO-8859-1', '"iso-8859-1"'])('reads %s where the type says so', (charset) => {
    const headers = { 'content-type': `application/json;charset=${charset}` };
    expect(readBody(answer(Buffer.from('"\u00e9"', 'latin1'), headers), 99)).toMatchObject({
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
  ])('reads UTF-8 where the type is %j', (type) => {
    expect(readBody(answer('"\u00e9"', { 'content-type': type }), 99).json).toBe('\u00e9');
  });

  it.each(['gzip', 'x-gzip', ' GZip '])('decodes %j, up to the limit', (coding) => {
    const body = JSON.stringify('x'.repeat(98));
    const coded = answer(gzipSync(body), { 'content-encoding': coding });
    expect(readBody(coded, 100)).toEqual({ text: body, json: 'x'.repeat(98), problem: undefined });
    const problem = 'is larger than 99 bytes (maxResponseSize)';
    expect(readBody(coded, 99)).toEqual({ text: '', json: undefined, problem, isPartial: true });
  });

  it('decodes latin1 below a coding', () => {
    const headers = { 'content-encoding': 'gzip', 'content-type': 'text/plain; charset=iso-8859-1' };
    expect(readBody(answer(gzipSync(Buffer.from('"\u00e9"', 'latin1')), headers), 99).json).toBe('\u00e9');
  });

  it.each<[coding: string | string[], problem: string]>([
    ['gzip', 'is not valid gzip'],
    ['zstd', 'has the unsupported content coding zstd'],
    ['gzip, br', 'has the unsupported content coding gzip, br'],
    [['gzip', 'br'], 'has the unsupported content coding gzip, br'],
    ['y'.repeat(41), `has the unsupported content coding ${'y'.repeat(40)}`],
  ])('says what is wrong with %j', (coding, problem) => {
    const unread = { text: '', json: undefined, problem, isPartial: true };
    expect(readBody(answer('1', { 'content-encoding': coding }), 99)).toEqual(unread);
  });

  it.each(['identity', 'Identity', ' identity ', '', ' '])('has nothing to undo of %s', (coding) => {
    expect(readBody(answer('1', { 'content-encoding': coding }), 99).json).toBe(1);
  });

  it('never throws, whatever comes', () => {
    const codings = fc.constantFrom(undefined, 'gzip', 'deflate', 'br', 'identity', 'other', '');
    const types = fc.constantFrom(undefined, 'application/json;charset=ISO-8859-1');
    fc.assert(
      fc.property(fc.uint8Array(), codings, types, fc.boolean(), (bytes, coding, type, truncated) => {
        const headers = { 'content-encoding': coding, 'content-type': type };
        const body = readBody(answer(bytes, headers, truncated), 10);
        expect(body.problem === undefined).toBe(body.json !== undefined);
      }),
    );
  });

  it('gives back every JSON value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(readBody(answer(JSON.stringify(value)), 1)).toMatchObject({ json: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });
});

describe('openEnvelope', () => {
  const open = (json: unknown) => openEnvelope({ text: 'text', json, problem: undefined });

  it.each([
    [{ status: 200, content: { id: 1 } }, 200, { id: 1 }],
    [{ status: 404, envelope: { id: 1 } }, 404, { id: 1 }],
    [{ status: 200, content: 1, envelope: 2 }, 200, 1],
    [{ status: 200, content: null, envelope: 2 }, 200, 2],
    // A list is its own.
    [{ status: 200, results: [] }, 200, { status: 200, results: [] }],
    [{ status: 100 }, 100, { status: 100 }],
    [{ status: 599, content: false }, 599, false],
    [{ status: '404', content: { id: 1 } }, 404, { id: 1 }],
    [{ status: '200', envelope: { id: 1 } }, 200, { id: 1 }],
  ])('opens %j', (json, status, content) => {
    expect(open(json)).toEqual({ status, body: { text: 'text', json: content, problem: undefined } });
  });

  const noStatus = [99, 600, 200.5, '200', null].map((status) => ({ status }));
  const noStatusBesideContent = ['', 'COMPLETED', ' 200', '2e2', '0404', '600'].map((status) => ({
    status,
    content: 1,
  }));

  it.each([null, 1, 'text', [], [{ status: 200 }], {}, ...noStatus, ...noStatusBesideContent])(
    'finds none in %j',
    (json) => {
      expect(open(json)).toBeUndefined();
    },
  );
});
