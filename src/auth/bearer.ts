import { isMissingRole } from '../atlas/response.js';
import { type Authenticator, type Login, NoLogin } from './authenticator.js';

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
export function staticBearer(token: string): Authenticator {
  const login = bearerLogin(token, () => undefined);
  return { authorize: () => login, secrets: () => [token] };
}

/** Logs in with tokens from a function of the caller's. It is called before each request, and once more after a 401. */
export function functionBearer(provider: AccessTokenProvider): Authenticator {
  const logIn = async (refused?: string): Promise<Login> => {
    const token = await callProvider(provider, refused === undefined ? {} : { refused });
    return bearerLogin(token, ({ status, error }) => {
      const mayTryAgain = refused === undefined && status === 401 && !isMissingRole(status, error);
      return mayTryAgain ? logIn(token) : undefined;
    });
  };
  return { authorize: () => logIn(), secrets: () => [] };
}

async function callProvider(provider: AccessTokenProvider, context: { refused?: string }): Promise<string> {
  let token: unknown;
  try {
    token = await provider(context);
  } catch (cause) {
    throw new NoLogin({ message: 'The accessToken function failed. See the cause.', cause });
  }
  if (typeof token === 'string' && bearerTokenSyntax.test(token)) return token;
  throw new NoLogin({
    message:
      'The accessToken function did not return a bearer token. Return a string of letters, digits and -._~+/, with = only at the end.',
  });
}
