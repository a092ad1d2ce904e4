import { type DigestAlgorithm, findAlgorithm } from './algorithm.js';
import { AuthScanner, fieldLines, type HeaderValue } from './scanner.js';

/**
 * One challenge of a `WWW-Authenticate`, of any scheme.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.3
 */
export interface Challenge {
  /** As the server spelled it. */
  readonly scheme: string;
  readonly token68: string | undefined;
  /** By name in lower case; `undefined` for a malformed value. Of a repeated parameter, the first. */
  readonly params: ReadonlyMap<string, string | undefined>;
}

/** A quality of protection. */
export type Qop = 'auth' | 'auth-int';

const understoodQops: readonly Qop[] = ['auth', 'auth-int'];

/**
 * A Digest challenge that can be answered.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.3
 */
export interface DigestChallenge {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server spelled it, as that is how it wants it back. */
  readonly algorithmName: string | undefined;
  readonly algorithm: DigestAlgorithm;
  /** The one to answer with; absent where the server knows none (RFC 2069). */
  readonly qop: Qop | undefined;
  readonly stale: boolean;
  readonly userhash: boolean;
  /** Whether the server announced `charset=UTF-8`. */
  readonly utf8: boolean;
}

/**
 * Parses every challenge of `WWW-Authenticate`. Never throws: what is malformed takes nothing with it but what follows up to
 * the next challenge, and a malformed value only itself.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: HeaderValue): Challenge[] {
  return fieldLines(header).flatMap(parseLine);
}

function parseLine(text: string): Challenge[] {
  const challenges: Challenge[] = [];
  const scanner = new AuthScanner(text);
  // The parameters of the challenge that is being read; absent after a token68, and in what is skipped.
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

/** The Digest challenges of `WWW-Authenticate` that can be answered, in the server's order. */
export function digestChallenges(header: HeaderValue): DigestChallenge[] {
  return parseChallenges(header).flatMap((challenge) => readDigestChallenge(challenge) ?? []);
}

function readDigestChallenge({ scheme, params }: Challenge): DigestChallenge | undefined {
  if (scheme.toLowerCase() !== 'digest') return undefined;
  // To take these for absent would be another challenge. What is not understood, or not needed, does no harm.
  const isMalformed = (name: string) => params.has(name) && params.get(name) === undefined;
  if (['algorithm', 'qop', 'opaque'].some(isMalformed)) return undefined;
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const algorithmName = params.get('algorithm');
  const algorithm = findAlgorithm(algorithmName);
  if (realm === undefined || nonce === undefined || algorithm === undefined) return undefined;

  const offered: readonly string[] =
    params
      .get('qop')
      ?.toLowerCase()
      .match(/[^\t ,]+/g) ?? [];
  const qop = understoodQops.find((known) => offered.includes(known));
  // Without a qop no cnonce is sent, and the server could not compute the A1 of a `-sess`.
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

/** The challenge of the strongest algorithm; of equals, the first. */
export function chooseChallenge(challenges: readonly DigestChallenge[]): DigestChallenge | undefined {
  let chosen: DigestChallenge | undefined;
  for (const challenge of challenges) {
    if (chosen === undefined || challenge.algorithm.strength > chosen.algorithm.strength) chosen = challenge;
  }
  return chosen;
}
