import { expect, it } from 'vitest';
import { isTemporary } from '../../../src/client/errors/call-errors.js';
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
