/**
 * Who is measured. A subject is a module in subjects/ whose `connect(origin)` answers with `call()`, one snapshot read,
 * and `close()`; it runs in a process of its own.
 *
 * @typedef {{ name: string, label: string, scheme: 'bearer' | 'digest', rivals?: string[] }} Subject
 */

/** @type {Subject[]} */
export const subjects = [
  {
    name: 'client-bearer',
    label: 'this client, bearer',
    scheme: 'bearer',
    rivals: ['openapi-fetch', 'fetch'],
  },
  {
    name: 'client-digest',
    label: 'this client, Digest',
    scheme: 'digest',
    rivals: ['urllib', 'mongodb-atlas-api-client', 'digest-fetch'],
  },
  { name: 'undici-request', label: 'undici request(url)', scheme: 'bearer' },
  { name: 'undici-agent-request', label: 'undici agent.request({ path })', scheme: 'bearer' },
  { name: 'undici-dispatch', label: 'undici agent.dispatch()', scheme: 'bearer' },
  { name: 'openapi-fetch', label: 'openapi-fetch', scheme: 'bearer' },
  { name: 'fetch', label: 'fetch (Node’s own)', scheme: 'bearer' },
  { name: 'urllib', label: 'urllib, Digest', scheme: 'digest' },
  { name: 'mongodb-atlas-api-client', label: 'mongodb-atlas-api-client, Digest', scheme: 'digest' },
  { name: 'digest-fetch', label: 'digest-fetch, Digest', scheme: 'digest' },
];

/** Bare undici: what all ratios are to. */
export const yardstick = 'undici-request';

/**
 * Bare undici without what most code has around it: no URL to parse, no options to merge. It takes a third less CPU
 * than `request(url)`, so the goals are held against it as well.
 */
export const strictYardstick = 'undici-agent-request';
