import { z } from 'zod';
import { bearerTokenSyntax } from '../bearer.js';

/** An access token of a service account. */
export interface AccessToken {
  readonly accessToken: string;
  /** ms since 1970, so that processes can compare it. */
  readonly expiresAt: number;
  /** ms from issue to expiry. */
  readonly lifetime: number;
}

// What Atlas uses; RFC 6749 allows a server to leave it out.
const usualLifetime = 3600;
const maxMargin = 60_000;
// Once per process: in a fleet that shares a token, the process with the largest value renews it, and the others find the
// new one.
const jitter = Math.random();

const bearerToken = z.string().regex(bearerTokenSyntax);

/** Checks the response of the token endpoint. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
export const tokenResponseSchema = z.object({
  access_token: bearerToken,
  token_type: z
    .string()
    .regex(/^bearer$/i)
    .nullish(),
  // Seconds.
  expires_in: z.coerce
    .number()
    .nonnegative()
    .nullish()
    .transform((seconds) => seconds ?? usualLifetime),
});

/** Checks a token from a store. */
export const storedTokenSchema = z.object({
  accessToken: bearerToken,
  expiresAt: z.number(),
  lifetime: z.number().nonnegative(),
});

/**
 * When to renew a token, in ms since 1970: one to two margins before it expires, at random. The margin is a tenth of the
 * lifetime, at most a minute.
 */
export function renewalTime({ expiresAt, lifetime }: AccessToken): number {
  return expiresAt - Math.min(lifetime / 10, maxMargin) * (1 + jitter);
}
