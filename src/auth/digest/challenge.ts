import { fieldLines, type HeaderValue } from '../../http/headers.js';

/**
 * One challenge in `WWW-Authenticate`, of any scheme.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.3
 */
export interface Challenge {
  /** As the server spells it. */
  readonly scheme: string;
  /** By lowercase name; `null` for a malformed value. The first one counts if a parameter is repeated. */
  readonly params: ReadonlyMap<string, string | null>;
}

/**
 * A Digest challenge that this client can answer. It has no qop, or one that includes `auth`.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.3
 */
export interface DigestChallenge extends DigestAlgorithm {
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | undefined;
  /** As the server spells it, because it expects the same spelling back. */
  readonly algorithm: string | undefined;
  /** Without a qop, the response is that of RFC 2069. */
  readonly hasQop: boolean;
  readonly isStale: boolean;
}

interface DigestAlgorithm {
  /** The hash function's name in `node:crypto`. */
  readonly hash: string;
  /** Higher is stronger. */
  readonly strength: number;
}

const algorithms: ReadonlyMap<string, DigestAlgorithm> = new Map([
  ['md5', { hash: 'md5', strength: 1 }],
  ['sha-256', { hash: 'sha256', strength: 2 }],
  ['sha-512-256', { hash: 'sha512-256', strength: 3 }],
]);

/**
 * Parses every challenge in `WWW-Authenticate`. Never throws: it skips what is no challenge, and a malformed value affects
 * only its own parameter.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11.6.1
 */
export function parseChallenges(header: HeaderValue): Challenge[] {
  return fieldLines(header).flatMap(parseLine);
}

function parseLine(line: string): Challenge[] {
  const challenges: Challenge[] = [];
  let params: Map<string, string | null> | undefined;
  for (const { scheme, name, value } of parseElements(line)) {
    if (scheme !== undefined) {
      params = new Map();
      challenges.push({ scheme, params });
    } else if (name === undefined) {
      // The parameters that follow belong to something unreadable.
      params = undefined;
    } else if (params?.has(name) === false) {
      params.set(name, value);
    }
  }
  return challenges;
}

/** Returns the strongest Digest challenge that this client can answer. Among equals, one with a qop wins, then the first. */
export function chooseDigestChallenge(challenges: readonly Challenge[]): DigestChallenge | undefined {
  const [best] = challenges
    .flatMap((challenge) => readDigestChallenge(challenge) ?? [])
    .sort((a, b) => b.strength - a.strength || Number(b.hasQop) - Number(a.hasQop));
  return best;
}

function readDigestChallenge({ scheme, params }: Challenge): DigestChallenge | undefined {
  if (scheme.toLowerCase() !== 'digest') return undefined;
  const realm = params.get('realm');
  const nonce = params.get('nonce');
  const opaque = params.get('opaque');
  const algorithm = params.get('algorithm');
  const qop = params.get('qop');
  if (realm == null || nonce == null) return undefined;
  // Without one of these, the response would be to a different challenge. Other malformed parameters do no harm.
  if (opaque === null || algorithm === null || qop === null) return undefined;
  const known = algorithms.get((algorithm ?? 'MD5').toLowerCase());
  const qops: string[] = qop?.toLowerCase().match(/[^\t ,]+/g) ?? [];
  if (known === undefined || (qops.length > 0 && !qops.includes('auth'))) return undefined;
  return {
    ...known,
    realm,
    nonce,
    opaque,
    algorithm,
    hasQop: qops.length > 0,
    isStale: params.get('stale')?.toLowerCase() === 'true',
  };
}

/**
 * Returns the nonce that the server wants for the next request, from `Authentication-Info`. Never throws. `rspauth` is not
 * checked: a server may leave it out, so it proves nothing that TLS does not.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export function parseNextNonce(header: HeaderValue): string | undefined {
  const elements = fieldLines(header).flatMap(parseElements);
  return elements.find(({ name, value }) => name === 'nextnonce' && value)?.value ?? undefined;
}

/** A scheme, or a parameter with its lowercase name; neither if it is unreadable. */
interface ListElement {
  readonly scheme: string | undefined;
  readonly name: string | undefined;
  /** Unescaped and without control characters; `null` if it is malformed. */
  readonly value: string | null;
}

// White space alone separates elements too, though RFC 9110 requires a comma.
const end = String.raw`(?=[\t ,]|$)`;
const token = "[!#$%&'*+.^_`|~0-9A-Za-z-]+";
const quotedText = String.raw`(?:[\t !#-\[\]-~\x80-\uffff]|\\[\t -~\x80-\uffff])*`;
const untilComma = String.raw`(?:"(?:[^"\\]|\\.)*"?|[^",])*`;
const value = `(?:(?:(?<token>${token})|"(?<quoted>${quotedText})")${end}|${untilComma})`;
const parameter = String.raw`(?<name>${token})[\t ]*=[\t ]*${value}`;
const scheme = `(?<scheme>${token})${end}`;
const unreadable = String.raw`(?=[^\t ,])${untilComma}`;
// Linear for any text: what an alternative reads before it fails is consumed by the next one, or is white space to skip.
const listElement = new RegExp(`${parameter}|${scheme}|${unreadable}`, 'gs');

/** @see https://www.rfc-editor.org/rfc/rfc9110#section-11 */
function parseElements(line: string): ListElement[] {
  return Array.from(line.matchAll(listElement), ({ groups = {} }) => ({
    scheme: groups['scheme'],
    name: groups['name']?.toLowerCase(),
    value: groups['token'] ?? groups['quoted']?.replace(/\\(.)/gs, '$1') ?? null,
  }));
}
