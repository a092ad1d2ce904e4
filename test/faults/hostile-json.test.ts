import { describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasError, AtlasInvalidResponseError } from '../../src/index.js';
import { get, openFaultClient } from '../support/fault-client.js';
import { expectNoUnhandledRejection } from '../support/fault-rejections.js';
import { everythingOf } from '../support/fault-report.js';
import { startFaultServer } from '../support/fault-server.js';
import { answer, head, pause, send, snapshotJson } from '../support/fault-steps.js';
import { rejection } from '../support/rejection.js';
import { listPath } from '../support/snapshot-routes.js';

expectNoUnhandledRejection();

const deep = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const deepObject = (depth: number) => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;

const misfits: [name: string, body: string][] = [
  ['an array', '[]'],
  ['an array of snapshots', `[${snapshotJson}]`],
  ['a string', '"COMPLETED"'],
  ['a number', '5'],
  ['true', 'true'],
  ['null', 'null'],
  ['an array 100 000 deep', deep(100_000)],
  ['an id of objects nested 100,000 deep', `{"id":${deepObject(100_000)}}`],
  ['an infinite number', '{"id":1e999}'],
  ['two values', `${snapshotJson}${snapshotJson}`],
  ['a truncated value', snapshotJson.slice(0, 30)],
  ['NaN', 'NaN'],
  ['a comment', `${snapshotJson} // ok`],
  ['HTML', '<html><body>Hello</body></html>'],
  ['white space', '   \n'],
  ['a NUL', '\0'],
];

describe('instead of a snapshot', () => {
  it.each(misfits)('%s is an invalid response', async (_name, body) => {
    const server = await startFaultServer([answer(200, body)]);
    const error = await rejection(get(openFaultClient(server)), AtlasInvalidResponseError);
    expect(error.code).toBe('INVALID_RESPONSE');
    expect(error.issues).not.toHaveLength(0);
    expect(error.message.length).toBeLessThan(1000);
  });

  it.each(misfits)('%s in an envelope is an invalid response', async (_name, body) => {
    const server = await startFaultServer([answer(200, `{"status":200,"content":${body}}`)]);
    const error = await rejection(get(openFaultClient(server), { envelope: true }), AtlasError);
    expect(error.code).toBe('INVALID_RESPONSE');
  });

  // White space between brackets is an empty list.
  it.each(misfits.filter(([name]) => name !== 'white space'))(
    '%s in a list is an invalid response',
    async (_name, body) => {
      const server = await startFaultServer([answer(200, `{"results":[${body}]}`)]);
      await rejection(openFaultClient(server).listTenantSnapshots(...listPath), AtlasInvalidResponseError);
    },
  );
});

describe('instead of an ApiError', () => {
  it.each(misfits)('%s leads to an error with the status and the text', async (_name, body) => {
    const server = await startFaultServer([answer(404, body)]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error).toMatchObject({ status: 404, body: body.slice(0, 16_384) });
    expect(error.errorCode).toBeUndefined();
    expect(everythingOf(error).length).toBeLessThan(1_000_000);
  });

  it.each<[name: string, body: object, kept: object]>([
    ['an ApiError with a numeric errorCode', { error: 404, errorCode: 5, detail: 'It says.' }, { detail: 'It says.' }],
    [
      'an ApiError with a detail that is not a string',
      { errorCode: 'X', detail: [], reason: {}, parameters: 'p' },
      { errorCode: 'X' },
    ],
    [
      'an ApiError with fields that are not a list',
      { badRequestDetail: { fields: 'f' } },
      { badRequestDetail: { fields: [] } },
    ],
    [
      'an ApiError with fields of any type',
      { badRequestDetail: { fields: [1, null, [], {}, { field: 'f', description: 5 }] } },
      {
        badRequestDetail: {
          fields: [
            { field: '', description: '' },
            { field: 'f', description: '' },
          ],
        },
      },
    ],
    [
      'an ApiError with parameters of any type',
      { parameters: [1, 'a', null, { b: [true] }] },
      { parameters: [1, 'a', null, { b: [true] }] },
    ],
  ])('%s leads to an error with the valid fields', async (_name, body, kept) => {
    const server = await startFaultServer([answer(409, JSON.stringify(body))]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    const { errorCode, detail, reason, parameters, badRequestDetail } = error;
    const read = { errorCode, detail, reason, parameters, badRequestDetail };
    expect(Object.fromEntries(Object.entries(read).filter(([, value]) => value !== undefined))).toEqual(kept);
  });
});

describe('__proto__', () => {
  const poison = '"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}';

  it('in a snapshot changes no prototype', async () => {
    const server = await startFaultServer([answer(200, `{${poison},"id":"5cc310ace5dc7ce369814bc8"}`)]);
    const snapshot = await get(openFaultClient(server));
    expect(Object.getPrototypeOf(snapshot)).toBe(Object.prototype);
    expect('polluted' in snapshot).toBe(false);
    expect('polluted' in {}).toBe(false);
    expect(snapshot.id).toBe('5cc310ace5dc7ce369814bc8');
  });

  it('in an error changes no prototype', async () => {
    const body = `{${poison},"errorCode":"X","parameters":[{${poison}}],"badRequestDetail":{${poison}}}`;
    const server = await startFaultServer([answer(400, body, '__proto__: x')]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error.errorCode).toBe('X');
    expect('polluted' in error).toBe(false);
    expect('polluted' in {}).toBe(false);
    expect(Object.getPrototypeOf(error.headers)).toBe(Object.prototype);
    expect(Object.getPrototypeOf(error.parameters?.[0])).toBe(Object.prototype);
  });

  it('in an envelope sets no status', async () => {
    const server = await startFaultServer([answer(200, '{"__proto__":{"status":503,"content":{}}}')]);
    await expect(get(openFaultClient(server), { envelope: true })).resolves.toEqual({});
  });
});

describe('an unknown field', () => {
  it.each<[name: string, value: string]>([
    ['an array 100 000 deep', deep(100_000)],
    ['objects nested 50,000 deep', deepObject(50_000)],
  ])('is kept if it is %s', async (_name, value) => {
    const server = await startFaultServer([answer(200, `{"more":${value}}`)]);
    await expect(get(openFaultClient(server))).resolves.toHaveProperty('more');
  });

  it('of an error may be deeply nested', async () => {
    const body = `{"errorCode":"X","parameters":[${deep(100_000)}],"more":${deepObject(50_000)}}`;
    const server = await startFaultServer([answer(400, body)]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error.errorCode).toBe('X');
    expect(() => everythingOf(error)).not.toThrow();
  });
});

describe('a body', () => {
  const version = 'd\u00e9j\u00e0 \u{1f600}';
  const bytes = Buffer.from(JSON.stringify({ mongoDBVersion: version }));
  const fields = [`content-length: ${bytes.length}`, 'content-type: application/json'];

  it('may begin with a byte order mark', async () => {
    const server = await startFaultServer([answer(200, `\ufeff${snapshotJson}`)]);
    await expect(get(openFaultClient(server))).resolves.toMatchObject({ status: 'COMPLETED' });
  });

  it('may not begin with two byte order marks', async () => {
    const server = await startFaultServer([answer(200, `\ufeff\ufeff${snapshotJson}`)]);
    await rejection(get(openFaultClient(server)), AtlasInvalidResponseError);
  });

  it('may have characters that are split between packets', async () => {
    const octets = [...bytes].flatMap((octet) => [send(Buffer.from([octet])), pause(0)]);
    const server = await startFaultServer([send(head(200, ...fields)), ...octets]);
    await expect(get(openFaultClient(server))).resolves.toEqual({ mongoDBVersion: version });
  });

  it.each<[name: string, octets: number[]]>([
    ['a lone continuation byte', [0x80]],
    ['half a character', [0xc3]],
    ['an overlong form', [0xc0, 0xaf]],
    ['half a surrogate pair', [0xed, 0xa0, 0x80]],
    ['Latin-1', [0xe9]],
  ])('that is not UTF-8 is an invalid response: %s', async (_name, octets) => {
    const body = Buffer.concat([Buffer.from('{"mongoDBVersion":"'), Buffer.from(octets), Buffer.from('"}')]);
    const server = await startFaultServer([answer(200, body)]);
    const error = await rejection(get(openFaultClient(server)), AtlasInvalidResponseError);
    expect(error.issues).toEqual([{ path: '', message: expect.stringContaining('UTF-8') }]);
  });

  it('that is not UTF-8 leads to an error with its status', async () => {
    const server = await startFaultServer([answer(502, Buffer.from([0x41, 0xff]))]);
    const error = await rejection(get(openFaultClient(server)), AtlasApiError);
    expect(error).toMatchObject({ status: 502, body: 'A\ufffd' });
  });

  it.each(['application/json;charset=ISO-8859-1', 'application/json; charset="iso-8859-1"'])(
    'is decoded as Latin-1 if its content type says so: %s',
    async (type) => {
      const body = Buffer.from(
        '{"error":401,"errorCode":"NOT_ALLOWED","detail":"Zugriff f\u00fcr dich nicht"}',
        'latin1',
      );
      const server = await startFaultServer([answer(401, body, `content-type: ${type}`)]);
      const error = await rejection(get(openFaultClient(server)), AtlasApiError);
      expect(error.detail).toBe('Zugriff f\u00fcr dich nicht');
      expect(error.body).toContain('f\u00fcr');
    },
  );
});

describe('parameters that may contain the path of a gone endpoint', () => {
  it.each([deep(100_000), deepObject(100_000), `[${'"x",'.repeat(50_000)}1]`])(
    'may be deeply nested or long: case %#',
    async (parameters) => {
      const body = `{"error":404,"errorCode":"RESOURCE_NOT_FOUND","parameters":[${parameters}]}`;
      const server = await startFaultServer([answer(404, body)]);
      const error = await rejection(get(openFaultClient(server, { endpoint: 'auto' })), AtlasApiError);
      expect(error).toMatchObject({ status: 404, errorCode: 'RESOURCE_NOT_FOUND', endpoint: 'tenant' });
    },
  );
});
