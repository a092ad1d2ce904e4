import { type ApiResponse, isLoginRefused } from '../atlas/response.js';
import type { Target } from '../atlas/target.js';
import { type CallFacts, type LoginError, loginErrorOf } from '../errors/call-errors.js';
import { AtlasAuthenticationError } from '../errors/errors.js';
import {
  type AccessTokenProvider,
  type Authenticator,
  type LoginRequest,
  maxCredentialLength,
  type SendWith,
} from './authenticator.js';

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
 * Where bearer tokens come from. Calls may share a token, and the error of one that could not be had: a {@link LoginError}, which
 * says nothing about a call.
 */
export interface TokenSource {
  /** The secret parts of the credentials, which no error may show. */
  readonly secrets: readonly string[];

  /** @param callNumber - the number of the call that needs the token, for the log. */
  getToken(callNumber: number): Promise<string>;

  /** Returns another token for one that Atlas refused, or `undefined` if there is none. */
  replaceToken(refused: string, callNumber: number): Promise<string | undefined>;

  /** Cleans up when the client is closed. Never rejects. */
  close?(): Promise<void>;
}

/** Logs in with a bearer token, and once more with another one if Atlas refuses it. */
export class BearerAuthenticator implements Authenticator {
  readonly secrets: readonly string[];
  readonly #source: TokenSource;

  constructor(source: TokenSource) {
    this.#source = source;
    this.secrets = source.secrets;
  }

  async authenticate({ call, target, mayReplaceToken }: LoginRequest, sendWith: SendWith): Promise<ApiResponse> {
    const token = await waitForToken(this.#source.getToken(call.number), call, target);
    const response = await sendWith(`Bearer ${token}`);
    if (!isLoginRefused(response) || !mayReplaceToken) return response;
    const replacement = await waitForToken(this.#source.replaceToken(token, call.number), call, target);
    return replacement === undefined ? response : sendWith(`Bearer ${replacement}`);
  }

  async close(): Promise<void> {
    await this.#source.close?.();
  }
}

/** Waits for a token. If there is none, throws a copy of the error for this call, because other calls may get the same error. */
async function waitForToken<T>(token: Promise<T>, call: CallFacts, target: Target): Promise<T> {
  try {
    return await call.scope.waitFor('logging in', token);
  } catch (error) {
    call.scope.throwIfEnded();
    // A source throws nothing else.
    throw loginErrorOf(error as LoginError, call, target);
  }
}

/** The source of a token that the caller passed. */
export function fixedToken(token: string): TokenSource {
  return { secrets: [token], getToken: async () => token, replaceToken: async () => undefined };
}

/**
 * The source of tokens that the caller's function returns. It is called before each request, in the async context of the call,
 * because it may return a token for the user of that call. For a refused token it is called once more, once for all calls that wait
 * with the same refused token: whoever they share that token with, they may share the next one too.
 */
export function tokenFunction(provider: AccessTokenProvider): TokenSource {
  /** The calls of the function in progress, by refused token. */
  const replacing = new Map<string, Promise<string>>();

  function replaceToken(refused: string): Promise<string> {
    const pending = replacing.get(refused);
    if (pending !== undefined) return pending;
    const replacement = callProvider(provider, { refused }).finally(() => replacing.delete(refused));
    replacing.set(refused, replacement);
    return replacement;
  }

  return { secrets: [], getToken: () => callProvider(provider, {}), replaceToken };
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
