import { fieldLines, type HeaderValue } from '../../http/headers.js';
import { AuthScanner } from './scanner.js';

/**
 * How a Digest algorithm hashes, and how it ranks.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-6.1
 */
export interface DigestAlgorithm {
  /** The hash function's name in `node:crypto`. */
  readonly hash: 'md5' | 'sha256' | 'sha512-256';
  /** Whether A1 is bound to the nonces of an authentication session (`-sess`). */
  readonly session: boolean;
  /** Higher is stronger. The plain algorithm and its `-sess` are equal. */
  readonly strength: number;
}

const algorithms: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['md5', { hash: 'md5', session: false, strength: 1 }],
  ['md5-sess', { hash: 'md5', session: true, strength: 1 }],
  ['sha-256', { hash: 'sha256', session: false, strength: 2 }],
  ['sha-256-sess', { hash: 'sha256', session: true, strength: 2 }],
  ['sha-512-256', { hash: 'sha512-256', session: false, strength: 3 }],
  ['sha-512-256-sess', { hash: 'sha512-256', session: true, strength: 3 }],
]);

/**
 * One challenge in `WWW-Authenticate`, of any scheme.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.3
 */
export interface Challenge {
  /** As the server spelled it. */
  readonly scheme: string;
  readonly token68: string | undefined;
  /** By lowercase name; `undefined` for a malformed value. The first one counts if a parameter is repeated. */
  readonly params: ReadonlyMap<string, string | undefined>;
}

/** A quality of protection. */
export type Qop = 'auth' | 'auth-int';

const supportedQops: readonly Qop[] = ['auth', 'auth-int'];

/**
 * A Digest challenge that this client can answer.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.3
 */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server spelled it, because it expects the same spelling back. */
  readonly algorithmName: string | undefined;
  readonly algorithm: DigestAlgorithm;
  /** The one to answer with; absent if the server offers none (RFC 2069). */
  readonly qop: Qop | undefined;
  readonly stale: boolean;
  readonly userhash: boolean;
  /** Whether the server announced `charset=UTF-8`. */
  readonly utf8: boolean;
}

/**
 * Parses every challenge in `WWW-Authenticate`. Never throws: after a malformed element it skips to the next challenge. A
 * malformed value affects only its own parameter.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: HeaderValue): Challenge[] {
  return fieldLines(header).flatMap(parseLine);
}

function parseLine(text: string): Challenge[] {
  const challenges: Challenge[] = [];
  const scanner = new AuthScanner(text);
  // The parameters of the current challenge; absent after a token68, and while skipping.
  let params: Map<string, string | undefined> | undefined;
  for (let element = scanner.next(); element !== undefined; element = scanner.next()) {
    if (element.kind === 'scheme') {
      const { scheme, token68 } = element;
      const own = new Map<string, string | undefined>();
      challenges.push({ scheme, token68, params: own });
      params = token68 === undefined ? own : undefined;
    } else if (element.kind === 'malformed') {
      params = undefined;
    } else if (params?.has(element.name) === false) {
      params.set(element.name, element.value);
    }
  }
  return challenges;
}

/** Returns the Digest challenges that this client can answer, in the server's order. */
export function digestChallenges(header: HeaderValue): DigestChallenge[] {
  return parseChallenges(header).flatMap((challenge) => readDigestChallenge(challenge) ?? []);
}

function readDigestChallenge({ scheme, params }: Challenge): DigestChallenge | undefined {
  if (scheme.toLowerCase() !== 'digest') return undefined;
  // Ignoring one of these would answer a different challenge. Other malformed parameters do no harm.
  const isMalformed = (name: string) => params.has(name) && params.get(name) === undefined;
  if (['algorithm', 'qop', 'opaque'].some(isMalformed)) return undefined;
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const algorithmName = params.get('algorithm');
  // A challenge that names none means MD5.
  const algorithm = algorithms.get((algorithmName ?? 'MD5').toLowerCase());
  if (realm === undefined || nonce === undefined || algorithm === undefined) return undefined;

  const offered = (params.get('qop') ?? '')
    .toLowerCase()
    .split(/[\t ,]+/)
    .filter(Boolean);
  const qop = supportedQops.find((known) => offered.includes(known));
  // Without a qop no cnonce is sent, so the server could not compute the A1 of a `-sess`.
  if (qop === undefined && (offered.length > 0 || algorithm.session)) return undefined;

  return {
    realm,
    nonce,
    opaque: params.get('opaque'),
    algorithmName,
    algorithm,
    qop,
    stale: params.get('stale')?.toLowerCase() === 'true',
    userhash: params.get('userhash')?.toLowerCase() === 'true',
    utf8: params.get('charset')?.toLowerCase() === 'utf-8',
  };
}

/** Returns the challenge with the strongest algorithm. The first one wins among equals. */
export function chooseChallenge([first, ...others]: readonly DigestChallenge[]): DigestChallenge | undefined {
  if (first === undefined) return undefined;
  return others.reduce((best, next) => (next.algorithm.strength > best.algorithm.strength ? next : best), first);
}

/**
 * Returns the nonce that the server wants for the next request, from `Authentication-Info`. Never throws: a malformed
 * parameter counts as absent. `rspauth` is not checked: it may be left out, so it proves nothing that TLS does not.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export function parseNextNonce(header: HeaderValue): string | undefined {
  for (const text of fieldLines(header)) {
    const scanner = new AuthScanner(text);
    for (let element = scanner.next(); element !== undefined; element = scanner.next()) {
      if (element.kind === 'parameter' && element.name === 'nextnonce' && element.value) return element.value;
    }
  }
  return undefined;
}
