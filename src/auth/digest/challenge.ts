import { fieldLines, type HeaderValue } from '../../http/headers.js';

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

/**
 * A scheme, with its token68 if it has one; or an auth-param; or anything else. The name of an auth-param is lowercase. Its
 * value is unescaped and without control characters, and absent if it is malformed.
 */
type AuthElement =
  | { readonly kind: 'scheme'; readonly scheme: string; readonly token68: string | undefined }
  | { readonly kind: 'parameter'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'malformed' };

// Each matches a run of one class of characters (token68Run: of two disjoint classes), so none of them backtracks.
const separatorRun = /[\t ,]+/y;
const whitespaceRun = /[\t ]+/y;
const tokenRun = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const token68Run = /[-._~+/0-9A-Za-z]+=*/y;

const notQuotable = /[^\t -~\x80-\uffff]/;
const quotedPair = /\\(.)/gs;

/**
 * Reads the list elements of a challenge or of `Authentication-Info` in one pass, whatever the text is. White space alone
 * counts as a comma. A malformed element ends at the next comma outside quotes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11
 */
class AuthScanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the next element, or `undefined` at the end. */
  next(): AuthElement | undefined {
    this.#take(separatorRun);
    if (this.#position >= this.#text.length) return undefined;
    const name = this.#take(tokenRun);
    if (name === '') return this.#malformed();
    const space = this.#take(whitespaceRun);
    if (this.#peek() === '=') return this.#parameter(name);
    if (space !== '') return { kind: 'scheme', scheme: name, token68: this.#token68() };
    return this.#isElementOver() ? { kind: 'scheme', scheme: name, token68: undefined } : this.#malformed();
  }

  #parameter(name: string): AuthElement {
    this.#position += 1;
    this.#take(whitespaceRun);
    const value = this.#peek() === '"' ? this.#quotedString() : this.#take(tokenRun) || undefined;
    const isWhole = this.#take(whitespaceRun) !== '' || this.#isElementOver();
    if (!isWhole) this.#malformed();
    return { kind: 'parameter', name: name.toLowerCase(), value: isWhole ? value : undefined };
  }

  #token68(): string | undefined {
    const start = this.#position;
    const token68 = this.#take(token68Run);
    this.#take(whitespaceRun);
    if (this.#isElementOver()) return token68 || undefined;
    this.#position = start;
    return undefined;
  }

  #quotedString(): string | undefined {
    const start = this.#position + 1;
    let end = start;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    this.#position = end + 1;
    const quoted = this.#text.slice(start, end);
    if (end >= this.#text.length || notQuotable.test(quoted)) return undefined;
    return quoted.replace(quotedPair, '$1');
  }

  #malformed(): AuthElement {
    while (!this.#isElementOver()) {
      if (this.#peek() === '"') this.#quotedString();
      else this.#position += 1;
    }
    return { kind: 'malformed' };
  }

  #isElementOver(): boolean {
    return this.#position >= this.#text.length || this.#peek() === ',';
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  #take(run: RegExp): string {
    run.lastIndex = this.#position;
    const taken = run.exec(this.#text)?.[0] ?? '';
    this.#position += taken.length;
    return taken;
  }
}
