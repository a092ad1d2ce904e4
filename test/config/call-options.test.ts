import { expect, it } from 'vitest';
import { resolveCall } from '../../src/config/call-options.js';
import { defaults } from '../support/defaults.js';

const { baseUrl, ...ofClient } = defaults;

it('the options of a call override those of the client', () => {
  const options = {
    signal: null,
    timeout: 1,
    attemptTimeout: 2,
    maxRetries: 0,
    endpoint: 'flex',
    envelope: true,
    pretty: true,
    query: { a: 1 },
    apiVersion: '2023-01-01',
  } as const;
  expect(resolveCall(ofClient, options)).toEqual({ ...ofClient, ...options });
});

it('a call without options has those of the client, and envelope and pretty are sent only if they are true', () => {
  for (const options of [{}, { envelope: false, pretty: false }]) {
    expect(resolveCall(ofClient, options)).toEqual(ofClient);
  }
});
