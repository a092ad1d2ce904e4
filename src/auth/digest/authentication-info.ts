import type { DigestSession } from './credentials.js';
import { AuthScanner, fieldLines, type HeaderValue } from './scanner.js';

/**
 * What a server says with its answer to an authorized request.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export interface AuthenticationInfo {
  /** The nonce for the next request. */
  readonly nextnonce?: string;
  /** The proof that the server knows the password. */
  readonly rspauth?: string;
  /** These three are of the request, but for a `qop` of the answer's own. */
  readonly qop?: string;
  readonly cnonce?: string;
  readonly nc?: string;
}

/** An authorized request, and the body of its answer. */
export interface DigestExchange {
  readonly uri: string;
  readonly nc: number;
  readonly body: Uint8Array;
}

/**
 * Parses `Authentication-Info`. Never throws: a malformed parameter counts as absent.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export function parseAuthenticationInfo(header: HeaderValue): AuthenticationInfo {
  const info: Record<string, string> = {};
  for (const text of fieldLines(header)) {
    const scanner = new AuthScanner(text);
    for (let element = scanner.next(); element !== undefined; element = scanner.next()) {
      if (element.kind === 'parameter' && element.value !== undefined) info[element.name] ??= element.value;
    }
  }
  return info;
}

/**
 * Whether an answer is for this request, and its `rspauth` the right one. What the server left out is not held
 * against it: all of it is optional.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export function isGenuine(info: AuthenticationInfo, session: DigestSession, exchange: DigestExchange): boolean {
  if (info.cnonce !== undefined && info.cnonce !== session.cnonce) return false;
  if (info.nc !== undefined && Number.parseInt(info.nc, 16) !== exchange.nc) return false;
  if (info.rspauth === undefined) return true;
  // The server may protect its answer in another way than the request was, and says so.
  const qop = info.qop?.toLowerCase() ?? session.qop;
  // No constant-time comparison: each nc has its own digest, so there is nothing to learn byte by byte.
  return info.rspauth.toLowerCase() === session.rspauth(exchange.uri, exchange.nc, exchange.body, qop);
}
