import { isLoginRefused } from '../atlas/response.js';
import { loginFailure } from '../errors/failure.js';
import { type AccessTokenProvider, type Authenticator, maxCredentialLength } from './authenticator.js';

/**
 * The characters of a bearer token. Nothing else may go into the header.
 *
 * @see https://www.rfc-editor.org/rfc/rfc6750#section-2.1
 */
const bearerTokenSyntax = /^[A-Za-z0-9\-._~+/]+=*$/;

/** How a bearer token looks, as a part of a sentence. */
export const bearerTokenForm = `letters, digits and -._~+/, with = only at the end, at most ${maxCredentialLength} characters`;

/** Whether a value is a bearer token that is not too long. */
export function isBearerToken(value: unknown): value is string {
  return typeof value === 'string' && value.length <= maxCredentialLength && bearerTokenSyntax.test(value);
}

/**
 * Logs in with a token that the caller passed, or with tokens from the caller's function. The function is called before each
 * request, and once more after a 401.
 */
export function bearerLogin(accessToken: string | AccessTokenProvider): Authenticator {
  if (typeof accessToken === 'string') {
    return { authenticate: (_request, exchangeWith) => exchangeWith(`Bearer ${accessToken}`), secrets: [accessToken] };
  }
  return {
    async authenticate({ isFallback, scope }, exchangeWith) {
      const getToken = (context: { refused?: string }) =>
        scope.waitFor('logging in', callProvider(accessToken, context));
      const token = await getToken({});
      const response = await exchangeWith(`Bearer ${token}`);
      if (!isLoginRefused(response) || isFallback) return response;
      return exchangeWith(`Bearer ${await getToken({ refused: token })}`);
    },
    secrets: [],
  };
}

async function callProvider(provider: AccessTokenProvider, context: { refused?: string }): Promise<string> {
  let token: unknown;
  try {
    token = await provider(context);
  } catch (cause) {
    throw loginFailure('The accessToken function failed.', { advice: 'See the cause.', cause });
  }
  if (isBearerToken(token)) return token;
  const advice = `Return a string of ${bearerTokenForm}.`;
  throw loginFailure('The accessToken function did not return a bearer token.', { advice });
}
