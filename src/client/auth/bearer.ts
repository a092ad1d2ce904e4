import { isLoginRefused } from '../atlas/response.js';
import { AtlasAuthenticationError } from '../errors/errors.js';
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

/** Logs in with a token that the caller passed. */
export function bearerLogin(accessToken: string): Authenticator {
  return { authenticate: (_request, exchangeWith) => exchangeWith(`Bearer ${accessToken}`), secrets: [accessToken] };
}

/**
 * Logs in with tokens from the caller's function. It is called before each request, in the async context of the call, because it may
 * return a token for the user of that call. After a 401 it is called once more, once for all calls that wait with the same refused
 * token: whoever they share that token with, they may share the next one too.
 */
export function providerLogin(provider: AccessTokenProvider): Authenticator {
  /** The calls of the function in progress, by refused token. */
  const replacing = new Map<string, Promise<string>>();

  function replace(refused: string): Promise<string> {
    const pending = replacing.get(refused);
    if (pending !== undefined) return pending;
    const replacement = callProvider(provider, { refused }).finally(() => replacing.delete(refused));
    replacing.set(refused, replacement);
    return replacement;
  }

  return {
    async authenticate({ isFallback, scope }, exchangeWith) {
      const token = await scope.waitFor('logging in', callProvider(provider, {}));
      const response = await exchangeWith(`Bearer ${token}`);
      if (!isLoginRefused(response) || isFallback) return response;
      return exchangeWith(`Bearer ${await scope.waitFor('logging in', replace(token))}`);
    },
    secrets: [],
  };
}

async function callProvider(provider: AccessTokenProvider, context: { refused?: string }): Promise<string> {
  let token: unknown;
  try {
    token = await provider(context);
  } catch (cause) {
    throw new AtlasAuthenticationError('The accessToken function failed.', { advice: 'See the cause.', cause });
  }
  if (isBearerToken(token)) return token;
  const advice = `Return a string of ${bearerTokenForm}.`;
  throw new AtlasAuthenticationError('The accessToken function did not return a bearer token.', { advice });
}
