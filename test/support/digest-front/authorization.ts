import { DIGEST_ALGORITHMS } from '../../../src/testing/digest/options.js';
import type { DigestAlgorithm } from '../../../src/testing/index.js';
import type { DigestQop } from './options.js';

/** A parsed `Authorization: Digest …`. */
export interface DigestAuthorization {
  readonly username: string;
  readonly userhash: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly uri: string;
  readonly response: string;
  readonly algorithm: DigestAlgorithm;
  readonly opaque: string | undefined;
  readonly qop: DigestQop | undefined;
  readonly nc: string;
  readonly cnonce: string;
}

/** The problem with a header that breaks the grammar or lacks a parameter. */
export class MalformedAuthorization {
  readonly problem: string;

  constructor(problem: string) {
    this.problem = problem;
  }
}

const PARAMETER = /[\s,]*([!#$%&'*+\-.^_`|~\w]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))\s*(?=,|$)/y;

function parseParameters(text: string): Map<string, string> | MalformedAuthorization {
  const parameters = new Map<string, string>();
  const pattern = new RegExp(PARAMETER);
  while (pattern.lastIndex < text.length) {
    const start = pattern.lastIndex;
    const match = pattern.exec(text);
    const name = match?.[1]?.toLowerCase();
    if (match === null || name === undefined) {
      return /^[\s,]*$/.test(text.slice(start)) ? parameters : new MalformedAuthorization(`syntax at offset ${start}`);
    }
    if (parameters.has(name)) return new MalformedAuthorization(`${name} is given twice`);
    parameters.set(name, match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '');
  }
  return parameters;
}

/** Decodes an ext-value (RFC 8187), which RFC 7616 uses for names that a quoted string cannot hold. */
function decodeExtendedValue(value: string): string | undefined {
  const encoded = /^UTF-8'[^']*'(.*)$/i.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  try {
    return decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}

function readUsername(parameters: Map<string, string>, userhash: boolean): string | MalformedAuthorization {
  const [plain, extended] = [parameters.get('username'), parameters.get('username*')];
  if (extended === undefined) return plain ?? new MalformedAuthorization('username is missing');
  if (plain !== undefined) return new MalformedAuthorization('username and username* exclude each other');
  if (userhash) return new MalformedAuthorization('username* and userhash exclude each other');
  return decodeExtendedValue(extended) ?? new MalformedAuthorization('username* is no UTF-8 ext-value');
}

function readAlgorithm(name = 'MD5'): DigestAlgorithm | MalformedAuthorization {
  const algorithm = DIGEST_ALGORITHMS.find((known) => known.toLowerCase() === name.toLowerCase());
  return algorithm ?? new MalformedAuthorization('algorithm is unknown');
}

type Protection = Pick<DigestAuthorization, 'qop' | 'nc' | 'cnonce'>;

function readProtection(parameters: Map<string, string>): Protection | MalformedAuthorization {
  const [qop, nc, cnonce] = [parameters.get('qop'), parameters.get('nc'), parameters.get('cnonce')];
  // RFC 2069 has no cnonce, but a -sess key needs one even without a qop.
  if (qop === undefined) return { qop, nc: '', cnonce: cnonce ?? '' };
  if (qop !== 'auth' && qop !== 'auth-int') return new MalformedAuthorization('qop is unknown');
  if (nc === undefined || !/^(?!0{8})[0-9a-f]{8}$/i.test(nc)) {
    return new MalformedAuthorization('nc is not a count from 1 on in 8 hex digits');
  }
  if (cnonce === undefined) return new MalformedAuthorization('cnonce is missing');
  return { qop, nc, cnonce };
}

/** Parses what follows the scheme `Digest` in an `Authorization` header. */
export function parseDigestAuthorization(text: string): DigestAuthorization | MalformedAuthorization {
  const parameters = parseParameters(text);
  if (parameters instanceof MalformedAuthorization) return parameters;
  const missing = ['realm', 'nonce', 'uri', 'response'].find((name) => !parameters.has(name));
  if (missing !== undefined) return new MalformedAuthorization(`${missing} is missing`);
  const userhash = parameters.get('userhash')?.toLowerCase() === 'true';
  const username = readUsername(parameters, userhash);
  if (username instanceof MalformedAuthorization) return username;
  const algorithm = readAlgorithm(parameters.get('algorithm'));
  if (algorithm instanceof MalformedAuthorization) return algorithm;
  const protection = readProtection(parameters);
  if (protection instanceof MalformedAuthorization) return protection;
  const value = (name: string) => parameters.get(name) ?? '';
  return {
    username,
    userhash,
    algorithm,
    ...protection,
    opaque: parameters.get('opaque'),
    realm: value('realm'),
    nonce: value('nonce'),
    uri: value('uri'),
    response: value('response'),
  };
}
