import { fieldLines, type HeaderValue } from '../../http/headers.js';
import { AuthScanner } from './scanner.js';
import type { DigestSession } from './session.js';

/**
 * What a server adds to its response to an authorized request.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export interface AuthenticationInfo {
  /** The nonce for the next request. */
  readonly nextnonce?: string;
  /** The proof that the server knows the password. */
  readonly rspauth?: string;
  /** `cnonce` and `nc` repeat those of the request. `qop` is that of `rspauth`, and may differ from the request's. */
  readonly qop?: string;
  readonly cnonce?: string;
  readonly nc?: string;
}

/** An authorized request, and the body of its response. */
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
 * Whether a response belongs to this request and has the correct `rspauth`. Every parameter is optional, so a missing one
 * is accepted.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7616#section-3.5
 */
export function isGenuine(info: AuthenticationInfo, session: DigestSession, exchange: DigestExchange): boolean {
  if (info.cnonce !== undefined && info.cnonce !== session.cnonce) return false;
  if (info.nc !== undefined && Number.parseInt(info.nc, 16) !== exchange.nc) return false;
  if (info.rspauth === undefined) return true;
  const qop = info.qop?.toLowerCase() ?? session.qop;
  // Needs no constant-time comparison: every nc has its own digest, so there is nothing to learn byte by byte.
  return info.rspauth.toLowerCase() === session.rspauth(exchange.uri, exchange.nc, exchange.body, qop);
}
