import type { EndpointName } from '../atlas/target.js';
import type { NoResponseKind } from '../http/no-response.js';

/** Puts a text on one line, as a log has it: a line break becomes a space, with all space around it. */
function onOneLine(text: string): string {
  // Without the lookbehind, which matches only at the start of a run of space, it would take quadratic time.
  return text.replace(/(?<!\s)\s*[\r\n\u2028\u2029]\s*/g, ' ');
}

/** The kind of an error. Stable across releases, unlike the message. */
export type AtlasErrorCode = AnyAtlasError['code'];

/**
 * One thing that is wrong with an argument, an option or a body.
 *
 * @inline
 */
export type AtlasIssue = {
  /** Where it is, such as `groupId` or `results.0.id`. Empty for the whole value. */
  path: string;
  /** What is wrong there. */
  message: string;
};

/**
 * The fields of a class of error, as its constructor takes them.
 *
 * @inline
 */
export type FieldsOf<E extends AtlasError> = Omit<E, 'name' | 'message' | 'stack' | 'code' | 'toJSON'>;

/** Makes fields optional. */
type Optional<Fields> = { [Name in keyof Fields]?: Fields[Name] | undefined };

// A registered symbol, so that two copies of this package (ESM and CommonJS, or two versions) recognize each other's errors.
const brand = Symbol.for('atlas-tenant-snapshots.AtlasError');

/**
 * The parent of every error of this package. Its message says what happened and what to do. No part of it shows a key, a
 * token or an `Authorization` value.
 */
export abstract class AtlasError extends Error {
  /** The kind of the error. Narrow with {@link isAtlasError}. */
  abstract readonly code: AtlasErrorCode;
  /** The client's method that was called, such as `getTenantSnapshot`. */
  declare readonly operation?: string | undefined;
  /** The endpoint that the error is about. */
  declare readonly endpoint?: EndpointName | undefined;
  /** The path of the request, below `baseUrl` and without its query. Absent if nothing was sent. */
  declare readonly path?: string | undefined;
  /** Attempts made before the call failed. */
  declare readonly attempts?: number | undefined;
  /** What to do: the end of the message. Not enumerable, because logs have the message. */
  declare readonly advice?: string | undefined;

  /**
   * Creates an error.
   *
   * @param what - what happened, as the start of the message.
   * @param fields - what else the error says.
   */
  constructor(what: string, { cause, advice, ...fields }: FieldsOf<AtlasError> = {}) {
    const message = onOneLine([what, advice].filter(Boolean).join(' '));
    super(message, cause === undefined ? undefined : { cause });
    // Leaves undefined fields off the error.
    Object.assign(this, Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)));
    if (advice !== undefined) Object.defineProperty(this, 'advice', { value: advice });
  }

  /** Returns the fields that are useful in a log: no stack, cause, headers or body. */
  toJSON(): Record<string, unknown> {
    return { name: this.name, message: this.message, ...Object.fromEntries(Object.entries(this)) };
  }
}

/** The options or the environment are invalid. Thrown by the constructor of the client. */
export class AtlasConfigurationError extends AtlasError {
  readonly code = 'CONFIGURATION' as const;
}

/** An argument or a call option is invalid. Nothing was sent. */
export class AtlasInvalidArgumentError extends AtlasError {
  readonly code = 'INVALID_ARGUMENT' as const;
  /** What is invalid, in the arguments and the options: at most 20 issues. */
  readonly issues: AtlasIssue[];

  /** Creates an error. Default: no issues. */
  constructor(what: string, { issues = [], ...others }: Optional<FieldsOf<AtlasInvalidArgumentError>> = {}) {
    super(what, others);
    this.issues = issues;
  }
}

type ApiErrorFields = Omit<FieldsOf<AtlasApiError>, 'headers' | 'body'> &
  Optional<Pick<AtlasApiError, 'headers' | 'body'>>;

/** Atlas, or a gateway in front of it, returned an error status. */
export class AtlasApiError extends AtlasError {
  readonly code = 'API_ERROR' as const;
  /** The HTTP status, or the status in the envelope. */
  declare readonly status: number;
  /** The Atlas error code, such as `CLUSTER_NOT_FOUND`. */
  declare readonly errorCode?: string | undefined;
  /** The reason phrase of the status. */
  declare readonly reason?: string | undefined;
  /** What happened, in the words of Atlas. */
  declare readonly detail?: string | undefined;
  /** The values in {@link detail}: strings, numbers, objects or others. Secrets are masked. */
  declare readonly parameters?: unknown[] | undefined;
  /** The fields of the request that Atlas rejected. */
  declare readonly badRequestDetail?: { fields: { description: string; field: string }[] } | undefined;
  /** How long to wait before the next request, in ms. */
  declare readonly retryAfterMs?: number | undefined;
  /** The response headers, with lowercase names. Not enumerable, so that no log prints them. */
  declare readonly headers: Record<string, string>;
  /** The response body as text, at most 16 KiB. Not enumerable, so that no log prints it. */
  declare readonly body: string;

  /** Creates an error. Default: no headers, and an empty body. */
  constructor(what: string, fields: ApiErrorFields) {
    const { headers = {}, body = '', ...others } = fields;
    super(what, others);
    Object.defineProperties(this, { headers: { value: headers }, body: { value: body } });
  }
}

/** The client could not get a token, or could not answer a challenge. */
export class AtlasAuthenticationError extends AtlasError {
  readonly code = 'AUTHENTICATION' as const;
  /** The HTTP status, if there was a response. */
  declare readonly status?: number | undefined;
  /** The OAuth 2.0 error code. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
  declare readonly error?: string | undefined;
  /** The description of the OAuth 2.0 error. */
  declare readonly errorDescription?: string | undefined;
  /** How long to wait before the next token request, in ms, if the token endpoint sent it. */
  declare readonly retryAfterMs?: number | undefined;

  /** Creates an error. */
  constructor(what: string, fields: FieldsOf<AtlasAuthenticationError> = {}) {
    super(what, fields);
  }
}

/** No response arrived: no connection, a reset, a response that is cut off, or a `fetch` that failed. The message says why. */
export class AtlasConnectionError extends AtlasError {
  readonly code = 'CONNECTION' as const;
  /** What failed, in a word. Only `network` is temporary. */
  declare readonly kind?: Exclude<NoResponseKind, 'connecting'> | undefined;

  /** Creates an error. */
  constructor(what: string, fields: FieldsOf<AtlasConnectionError> = {}) {
    super(what, fields);
  }
}

/** `timeout` or `attemptTimeout` expired. The message says which one, and what the call was doing. */
export class AtlasTimeoutError extends AtlasError {
  readonly code = 'TIMEOUT' as const;
  /** Which limit expired. */
  declare readonly limit?: 'timeout' | 'attemptTimeout' | 'connecting' | undefined;
  /** That limit, in ms. Absent for `connecting`, where a dispatcher may have its own. */
  declare readonly limitMs?: number | undefined;

  /** Creates an error. */
  constructor(what: string, fields: FieldsOf<AtlasTimeoutError> = {}) {
    super(what, fields);
  }
}

/** The client was closed before or while the call ran. */
export class AtlasClosedError extends AtlasError {
  readonly code = 'CLOSED' as const;
}

/** The status was successful, but the body was unusable or too large, or the list is incomplete. */
export class AtlasInvalidResponseError extends AtlasError {
  readonly code = 'INVALID_RESPONSE' as const;
  /** What is wrong with the response. */
  readonly issues: AtlasIssue[];

  /** Creates an error. Default: no issues. */
  constructor(what: string, { issues = [], ...others }: Optional<FieldsOf<AtlasInvalidResponseError>> = {}) {
    super(what, others);
    this.issues = issues;
  }
}

// Set explicitly, because a minifier renames classes. Node prints the name of the prototype, and pino that of the class.
Object.defineProperty(AtlasError.prototype, brand, { value: true });
for (const [name, type] of Object.entries({
  AtlasConfigurationError,
  AtlasInvalidArgumentError,
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  AtlasTimeoutError,
  AtlasClosedError,
  AtlasInvalidResponseError,
})) {
  Object.defineProperty(type.prototype, 'name', { value: name, writable: true });
  Object.defineProperty(type, 'name', { value: name });
}

/** Every error of this package. A `switch` over `code` narrows it. */
export type AnyAtlasError =
  | AtlasConfigurationError
  | AtlasInvalidArgumentError
  | AtlasApiError
  | AtlasAuthenticationError
  | AtlasConnectionError
  | AtlasTimeoutError
  | AtlasClosedError
  | AtlasInvalidResponseError;

/** The error class with the code `C`. */
export type AtlasErrorOf<C extends AtlasErrorCode> = Extract<AnyAtlasError, { code: C }>;

/**
 * Checks whether an error comes from this package, and optionally whether it has a certain code. Works across realms and
 * copies of the package.
 *
 * @example
 * ```ts
 * if (isAtlasError(error, 'API_ERROR')) console.log(error.status);
 * ```
 */
export function isAtlasError<C extends AtlasErrorCode = AtlasErrorCode>(
  error: unknown,
  code?: C,
): error is AtlasErrorOf<C> {
  // Not instanceof: the error may come from another realm, such as a test runner's sandbox.
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}

/** Checks whether an error is an {@link AtlasApiError}, and optionally whether it has a certain status or error code. */
export function isAtlasApiError(
  error: unknown,
  match: { status?: number | undefined; errorCode?: string | undefined } = {},
): error is AtlasApiError {
  if (!isAtlasError(error, 'API_ERROR')) return false;
  if (match.status !== undefined && error.status !== match.status) return false;
  return match.errorCode === undefined || error.errorCode === match.errorCode;
}
