import { fieldLines, type HeaderValue } from '../../http/headers.js';
import { AuthScanner } from './scanner.js';

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
