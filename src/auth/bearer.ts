import {
  type AuthenticatedAnswer,
  type Authenticator,
  type Authorization,
  type AuthorizedRequest,
  refusedLogin,
} from './authenticator.js';
import { tokenSyntax } from './token-syntax.js';

/** A bearer token on its way. */
interface BearerAuthorization extends Authorization {
  readonly token: string;
  /** Whether it was asked for because the one before it had been refused. */
  readonly renewed: boolean;
}

/** A token that the caller gave: sent as it is, and no other to be had. */
export class StaticBearer implements Authenticator {
  readonly #authorization: BearerAuthorization;

  constructor(token: string) {
    this.#authorization = bearer(token, false);
  }

  authorize(): Authorization {
    return this.#authorization;
  }

  review(): undefined {
    return undefined;
  }

  secrets(): string[] {
    return [this.#authorization.token];
  }
}

/** A function that gives a token: asked before each attempt, and once more after a 401. */
export class FunctionBearer implements Authenticator {
  readonly #ask: () => string | Promise<string>;

  constructor(ask: () => string | Promise<string>) {
    this.#ask = ask;
  }

  authorize(): Promise<Authorization> {
    return this.#askFor(false);
  }

  review(
    authorization: Authorization,
    _request: AuthorizedRequest,
    answer: AuthenticatedAnswer,
  ): Promise<Authorization> | undefined {
    // Made by this class.
    const { renewed } = authorization as BearerAuthorization;
    return answer.status === 401 && !renewed ? this.#askFor(true) : undefined;
  }

  secrets(sent: Authorization | undefined): string[] {
    // Made by this class.
    return sent === undefined ? [] : [(sent as BearerAuthorization).token];
  }

  async #askFor(renewed: boolean): Promise<BearerAuthorization> {
    let token: unknown;
    try {
      token = await this.#ask();
    } catch (cause) {
      throw refusedLogin('the accessToken function failed; the cause says how', {}, {}, cause);
    }
    if (typeof token === 'string' && tokenSyntax.test(token)) return bearer(token, renewed);
    throw refusedLogin('the accessToken function gave no bearer token: letters, digits and -._~+/ only', {});
  }
}

function bearer(token: string, renewed: boolean): BearerAuthorization {
  return { header: `Bearer ${token}`, token, renewed };
}
