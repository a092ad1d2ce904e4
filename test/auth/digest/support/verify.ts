import { createHash } from 'node:crypto';
import type { SeenRequest } from '../../../support/digest-server.js';
import { rawParams } from './reference.js';

export interface Key {
  readonly publicKey: string;
  readonly privateKey: string;
}

/** The parameters of a challenge, with one character per octet. */
export interface Offer {
  readonly realm: string;
  readonly nonce: string;
  readonly algorithm?: string | undefined;
  readonly opaque?: string | undefined;
}

const hashes: Readonly<Record<string, string>> = { md5: 'md5', 'sha-256': 'sha256', 'sha-512-256': 'sha512-256' };

/** The parameters of an `Authorization: Digest` value, unquoted, with one character per octet. */
export function paramsOf(authorization: string | undefined): Record<string, string> {
  const raw = Object.entries(rawParams(authorization ?? ''));
  return Object.fromEntries(
    raw.map(([name, value]) => [name, value.startsWith('"') ? value.slice(1, -1).replace(/\\(.)/gs, '$1') : value]),
  );
}

/**
 * Whether a request answers this challenge with this key. Written from RFC 7616 section 3.4, independent of the code
 * under test, and based on octets: a server hashes the octets that it sent, whatever their encoding.
 */
export function verify(request: SeenRequest, key: Key, offer: Offer): boolean {
  if (request.authorization?.startsWith('Digest ') !== true) return false;
  const params = paramsOf(request.authorization);
  const { realm, nonce, algorithm, opaque } = offer;
  const sentBack = { realm, nonce, algorithm, opaque, uri: request.path };
  for (const [name, value] of Object.entries(sentBack)) if (params[name] !== value) return false;
  return isUser(params, key, offer) && params['response'] === responseTo(request, params, key, offer);
}

function responseTo(request: SeenRequest, params: Record<string, string>, key: Key, offer: Offer): string {
  const H = hasher(offer);
  const { nc, cnonce = '', qop } = params;
  let ha1 = H(octets(key.publicKey), offer.realm, octets(key.privateKey));
  if (offer.algorithm?.toLowerCase().endsWith('-sess')) ha1 = H(ha1, offer.nonce, cnonce);
  const a2 = [request.method, request.path, ...(qop === 'auth-int' ? [H('')] : [])];
  return H(ha1, offer.nonce, ...(qop === undefined ? [] : [nc ?? '', cnonce, qop]), H(...a2));
}

function isUser(params: Record<string, string>, { publicKey }: Key, offer: Offer): boolean {
  if (params['userhash'] === 'true') return params['username'] === hasher(offer)(octets(publicKey), offer.realm);
  const extended = params['username*'];
  if (extended === undefined) return params['username'] === octets(publicKey);
  return extended.startsWith("UTF-8''") && decodeURIComponent(extended.slice(7)) === publicKey;
}

function hasher({ algorithm = 'MD5' }: Offer): (...parts: string[]) => string {
  const name = hashes[algorithm.toLowerCase().replace('-sess', '')] ?? '';
  return (...parts) => createHash(name).update(parts.join(':'), 'latin1').digest('hex');
}

/** The UTF-8 octets of a string, as one character each. */
export function octets(text: string): string {
  return Buffer.from(text).toString('latin1');
}
