/** Lifetime and limits of the tokens that service accounts get. The defaults are Atlas's. */
export interface TokenOptions {
  /** How long a token lives, in seconds. Default 3600. */
  lifetime?: number | undefined;
  /** Token requests that a client may make within the window; the next one is answered 429. Default 10. */
  perMinute?: number | undefined;
  /** Length of that window, in ms. Default 60 000: the minute. */
  window?: number | undefined;
  /** Tokens of an account that may live at once; the next one is answered 403. Default 100. */
  live?: number | undefined;
  /** Whether a 429 of the token endpoint carries `Retry-After`. Default true. */
  retryAfter?: boolean | undefined;
}
