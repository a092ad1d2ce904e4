import type { DigestAlgorithm } from '../../../src/testing/index.js';
import type { NonceTable } from './nonces.js';
import type { DigestSettings } from './options.js';

export function quote(value: string): string {
  return `"${value.replace(/["\\]/g, '\\$&')}"`;
}

function challenge(algorithm: DigestAlgorithm, nonce: string, stale: boolean, settings: DigestSettings): string {
  const parameters = [
    `realm=${quote(settings.realm)}`,
    'domain=""',
    `nonce=${quote(nonce)}`,
    `algorithm=${algorithm}`,
    settings.qop.length > 0 ? `qop="${settings.qop.join(', ')}"` : undefined,
    `stale=${stale}`,
    settings.opaque === undefined ? undefined : `opaque=${quote(settings.opaque)}`,
    settings.charset ? 'charset=UTF-8' : undefined,
    settings.userhash ? 'userhash=true' : undefined,
  ];
  return `Digest ${parameters.filter((parameter) => parameter !== undefined).join(', ')}`;
}

/** Returns the value of `WWW-Authenticate`: one challenge per algorithm, each with its own nonce. */
export function printChallenges(settings: DigestSettings, nonces: NonceTable, stale: boolean): string {
  return settings.algorithms
    .map((algorithm) => challenge(algorithm, nonces.issue(algorithm).value, stale, settings))
    .join(', ');
}
