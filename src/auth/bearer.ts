import { isMissingRole } from '../atlas/error-body.js';
import { type Authenticator, type Login, LoginFailure } from './authenticator.js';

/**
 * The characters of a bearer token. Nothing else may go into the header.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
export const bearerTokenSyntax: RegExp = /^[A-Za-z0-9\-._~+/]+=*$/;

/** Returns a bearer token. `refused` is the token that just got a 401. */
export type AccessTokenProvider = (context: { refused?: string }) => string | Promise<string>;

/** The login with a bearer token. */
export function bearerLogin(token: string, review: Login['review']): Login {
  return { header: `Bearer ${token}`, review, release: () => {}, secrets: () => [token] };
}

/** Logs in with a token that the caller passed. */
export class StaticBearer implements Authenticator {
  readonly #login: Login;

  constructor(token: string) {
    this.#login = bearerLogin(token, () => undefined);
  }

  authorize(): Login {
    return this.#login;
  }

  secrets(): string[] {
    return this.#login.secrets();
  }
}

/** Logs in with tokens from a function of the caller's. It is called before each attempt, and once more after a 401. */
export class FunctionBearer implements Authenticator {
  readonly #provider: AccessTokenProvider;

  constructor(provider: AccessTokenProvider) {
    this.#provider = provider;
  }

  async authorize(): Promise<Login> {
    const token = await this.#getToken({});
    return bearerLogin(token, ({ status, error }) => {
      if (status !== 401 || isMissingRole(status, error)) return undefined;
      return this.#authorizeAgain(token);
    });
  }

  secrets(): string[] {
    return [];
  }

  async #authorizeAgain(refused: string): Promise<Login> {
    return bearerLogin(await this.#getToken({ refused }), () => undefined);
  }

  async #getToken(context: { refused?: string }): Promise<string> {
    let token: unknown;
    try {
      token = await this.#provider(context);
    } catch (cause) {
      throw new LoginFailure({ message: 'The accessToken function failed. See the cause.', cause });
    }
    if (typeof token === 'string' && bearerTokenSyntax.test(token)) return token;
    throw new LoginFailure({
      message:
        'The accessToken function did not return a bearer token. Return a string of letters, digits and -._~+/ only.',
    });
  }
}
