import { atlasError } from './atlas-error.js';
import { type DigestAuthenticator, REALM } from './digest/authenticator.js';
import type { TokenTable } from './oauth/tokens.js';
import type { ReceivedRequest } from './received-request.js';
import type { Reply } from './reply.js';

/** How a request to the API came through authentication. */
export type Admission = { readonly admitted: true } | { readonly admitted: false; readonly reply: Reply };

const UNAUTHORIZED = {
  errorCode: 'USER_UNAUTHORIZED',
  detail: 'You are not authorized for this resource.',
} as const;
const UNAUTHORIZED_TYPE = { 'content-type': 'application/json;charset=ISO-8859-1' } as const;

/** Lets requests to the API in by Digest or a bearer token. */
export class Gate {
  readonly #digest: DigestAuthenticator;
  readonly #tokens: TokenTable;

  constructor(digest: DigestAuthenticator, tokens: TokenTable) {
    this.#digest = digest;
    this.#tokens = tokens;
  }

  admit(request: ReceivedRequest): Admission {
    const [, scheme = '', credentials = ''] = /^(\S+)\s*(.*)$/s.exec(request.headers['authorization'] ?? '') ?? [];
    if (scheme.toLowerCase() === 'bearer') return this.#admitBearer(credentials);
    if (scheme.toLowerCase() === 'digest') return this.#admitDigest(credentials, request);
    return this.#challenge(false);
  }

  #admitBearer(token: string): Admission {
    if (this.#tokens.isLive(token)) return { admitted: true };
    const bearer = `Bearer realm="${REALM}", error="invalid_token"`;
    const headers = { ...UNAUTHORIZED_TYPE, 'www-authenticate': `${this.#digest.challenge(false)}, ${bearer}` };
    return { admitted: false, reply: atlasError(401, { ...UNAUTHORIZED, headers }) };
  }

  #admitDigest(credentials: string, request: ReceivedRequest): Admission {
    const verdict = this.#digest.check(credentials, request);
    if (verdict.kind === 'passed') return { admitted: true };
    if (verdict.kind === 'refused') return this.#challenge(verdict.stale);
    const detail = `The Authorization header is not what RFC 7616 wants: ${verdict.problem}.`;
    return { admitted: false, reply: atlasError(400, { detail, bare: true }) };
  }

  #challenge(stale: boolean): Admission {
    const headers = { ...UNAUTHORIZED_TYPE, 'www-authenticate': this.#digest.challenge(stale) };
    return { admitted: false, reply: atlasError(401, { ...UNAUTHORIZED, headers, bare: true }) };
  }
}
