/**
 * The clients that the bench compares. Each is a module in subjects/ whose `connect(origin)` returns `call()`, which
 * reads one snapshot, and `close()`. Each runs in a process of its own.
 *
 * `rivals`: other clients with the same kind of login, and how many times their calls per second this one has to make.
 *
 * @typedef {{ name: string, label: string, scheme: 'bearer' | 'digest', rivals?: Record<string, number> }} Subject
 */

/** @type {Subject[]} */
export const subjects = [
  {
    name: 'client-bearer',
    label: 'this client, bearer',
    scheme: 'bearer',
    rivals: { 'openapi-fetch': 3, fetch: 3 },
  },
  {
    name: 'client-digest',
    label: 'this client, Digest',
    scheme: 'digest',
    rivals: { urllib: 3, 'mongodb-atlas-api-client': 3, 'digest-fetch': 3 },
  },
  { name: 'client-fetch', label: 'this client, bearer, fetch', scheme: 'bearer' },
  { name: 'undici-agent-request', label: 'undici agent.request({ origin, path })', scheme: 'bearer' },
  { name: 'undici-request', label: 'undici request(url)', scheme: 'bearer' },
  { name: 'openapi-fetch', label: 'openapi-fetch', scheme: 'bearer' },
  { name: 'fetch', label: 'fetch (built into Node)', scheme: 'bearer' },
  { name: 'urllib', label: 'urllib, Digest', scheme: 'digest' },
  { name: 'mongodb-atlas-api-client', label: 'mongodb-atlas-api-client, Digest', scheme: 'digest' },
  { name: 'digest-fetch', label: 'digest-fetch, Digest', scheme: 'digest' },
];

/** @param {string} name */
export const labelOf = (name) => subjects.find((subject) => subject.name === name).label;

/**
 * The baseline of all ratios: bare undici without a URL to parse or options to merge. It takes a third less CPU than
 * `request(url)`.
 */
export const baseline = 'undici-agent-request';
