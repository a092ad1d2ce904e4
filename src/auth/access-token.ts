import { z } from 'zod';
import { tokenSyntax } from './token-syntax.js';

/** A token of a service account. */
export interface AccessToken {
  readonly accessToken: string;
  /** ms since 1970, as processes compare it. */
  readonly expiresAt: number;
  /** ms that it lives in all. */
  readonly lifetime: number;
}

// What Atlas gives; RFC 6749 lets a server leave it out.
const usualLifetime = 3600;
const longestMargin = 60_000;
// Once a process: in a fleet that shares a token, the process with the largest value renews it first, and the others
// find the new one.
const jitter = Math.random();

const bearerToken = z.string().regex(tokenSyntax);

/** The answer of a token endpoint. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.1 */
export const tokenAnswerSchema = z.object({
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

/** A token as a store keeps it. */
export const storedTokenSchema = z.object({
  accessToken: bearerToken,
  expiresAt: z.number(),
  lifetime: z.number().nonnegative(),
});

/**
 * From when on a token is to be renewed, in ms since 1970: a tenth of its life, a minute at most, before it dies, and up
 * to as much earlier by chance.
 */
export function renewalTime({ expiresAt, lifetime }: AccessToken): number {
  return expiresAt - Math.min(lifetime / 10, longestMargin) * (1 + jitter);
}
