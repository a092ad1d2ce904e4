import { expect, it } from 'vitest';
import { Mask } from '../../../src/client/atlas/mask.js';
import { isTemporary, toIssues } from '../../../src/client/errors/call-errors.js';
import {
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasClosedError,
  AtlasConnectionError,
  AtlasInvalidResponseError,
  AtlasTimeoutError,
} from '../../../src/client/index.js';

it('an error is temporary if another attempt may succeed', () => {
  const statuses = [408, 429, 500, 599].flatMap((status) => [
    new AtlasApiError('', { status }),
    new AtlasAuthenticationError('', { status }),
  ]);
  const limits = (['attemptTimeout', 'connecting'] as const).map((limit) => new AtlasTimeoutError('', { limit }));
  const connections = [{ kind: 'network' } as const, {}].map((fields) => new AtlasConnectionError('', fields));
  for (const error of [...statuses, ...limits, ...connections])
    expect([error, isTemporary(error)]).toEqual([error, true]);
});

it('an error is final otherwise', () => {
  const statuses = [301, 400, 401, 403, 404, 410].flatMap((status) => [
    new AtlasApiError('', { status }),
    new AtlasAuthenticationError('', { status }),
  ]);
  const kinds = ['certificate', 'protocol', 'proxy', 'mock', 'sender'] as const;
  const connections = kinds.map((kind) => new AtlasConnectionError('', { kind }));
  const timeout = new AtlasTimeoutError('', { limit: 'timeout' });
  const others = [
    new AtlasAuthenticationError(''),
    new AtlasClosedError(''),
    new AtlasInvalidResponseError(''),
    'abort',
  ];
  for (const error of [...statuses, ...connections, timeout, ...others]) {
    expect([error, isTemporary(error)]).toEqual([error, false]);
  }
});

const secret = 'secret'.repeat(40);

it.each<[found: string, path: PropertyKey[], message: string, expected: object]>([
  ['has its path joined with dots', ['links', 1, 'href'], 'm', { path: 'links.1.href', message: 'm' }],
  ['has an empty path if it is about the value itself', [], 'm', { path: '', message: 'm' }],
  ['is cut', ['k'.repeat(101)], 'm'.repeat(201), { path: 'k'.repeat(100), message: 'm'.repeat(200) }],
  ['is masked before it is cut', [secret], `not ${secret}`, { path: '[masked]', message: 'not [masked]' }],
])('an issue %s', (_what, path, message, expected) => {
  expect(toIssues({ issues: [{ path, message }] }, new Mask([secret]))).toEqual([expected]);
});

it('an error has the first 20 issues', () => {
  const issues = Array.from({ length: 21 }, (_, index) => ({ path: [index], message: '' }));
  expect(toIssues({ issues }).map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
});
