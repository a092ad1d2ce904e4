import * as z from 'zod';
import { DIGEST_ALGORITHMS } from './options.js';

/** The parameters of an `Authorization: Digest …` header that answers the emulator's challenge. */
export type DigestAuthorization = z.infer<typeof authorizationSchema>;

/** A header that RFC 7616 does not allow. */
export interface MalformedAuthorization {
  /** What is wrong with the header. */
  readonly problem: string;
}

const parameter = z.string('is missing');
const authorizationSchema = z.object({
  username: parameter,
  realm: parameter,
  nonce: parameter,
  uri: parameter,
  response: parameter,
  algorithm: z.enum(DIGEST_ALGORITHMS, 'is unknown').default('MD5'),
  qop: z.literal('auth', 'must be auth'),
  nc: parameter.regex(/^(?!0{8})[0-9a-f]{8}$/i, 'must be a count from 1 in 8 hex digits'),
  cnonce: parameter,
});

const PAIR = /([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s",]+))/;
const PAIRS = new RegExp(`^[\\s,]*(?:${PAIR.source}\\s*(?:,[\\s,]*|$))*$`);

function splitPairs(text: string): (readonly [name: string, value: string])[] {
  return [...text.matchAll(new RegExp(PAIR, 'g'))].map(([, name = '', quoted, token = '']) => [
    name.toLowerCase(),
    quoted?.replace(/\\(.)/g, '$1') ?? token,
  ]);
}

/** Parses what follows the scheme `Digest` in an `Authorization` header. */
export function parseAuthorization(text: string): DigestAuthorization | MalformedAuthorization {
  if (!PAIRS.test(text)) return { problem: 'it is not a list of parameters' };
  const pairs = splitPairs(text);
  const parameters = Object.fromEntries(pairs);
  if (Object.keys(parameters).length < pairs.length) return { problem: 'a parameter is given twice' };
  const { data, error } = authorizationSchema.safeParse(parameters);
  if (error === undefined) return data;
  return { problem: error.issues.map(({ path, message }) => `${path.join('.')} ${message}`).join('; ') };
}
