import { listIssues } from './issues.js';
import type { TenantSnapshot } from './schemas.js';

/** What went wrong, as a stable name: switch on it, the messages may change. */
export type AtlasErrorCode = keyof AtlasErrors;

/** One thing that is wrong with an argument, an option or a body. */
export interface AtlasIssue {
  /** Where it is: `groupId`, `links.0.href`; empty for the whole. */
  path: string;
  /** What is wrong there. */
  message: string;
}

/** Where in a call an error arose. */
export interface AtlasErrorContext {
  /** The client's method: `getTenantSnapshot`. */
  operation?: string | undefined;
  /** The endpoint asked last: `tenant` or `flex`. */
  endpoint?: 'tenant' | 'flex' | undefined;
  /** Attempts made so far. */
  attempts?: number | undefined;
  /** The error underneath. */
  cause?: unknown;
}

// Registered, so that the errors of two copies of this package (ESM and CommonJS, or two versions) know each other.
const brand = Symbol.for('atlas-tenant-snapshots.AtlasError');

/**
 * The parent of every error of this package. Its message says what was wrong and what to do next; no part of it
 * shows a key, a token or an `Authorization` value.
 */
export class AtlasError extends Error {
  /** What went wrong: narrow with {@link isAtlasError}. */
  readonly code: AtlasErrorCode;
  /** The client's method that was called. */
  declare readonly operation?: string | undefined;
  /** The endpoint asked last. */
  declare readonly endpoint?: 'tenant' | 'flex' | undefined;
  /** Attempts made before the call was given up. */
  declare readonly attempts?: number | undefined;

  constructor(code: AtlasErrorCode, message: string, { cause, ...context }: AtlasErrorContext = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    assignKnown(this, context);
  }

  static {
    Object.defineProperty(AtlasError.prototype, brand, { value: true });
  }
}

/** The options or the environment cannot make a client. Thrown by the constructor. */
export class AtlasConfigurationError extends AtlasError {
  declare readonly code: 'CONFIGURATION';

  constructor(message: string, context?: AtlasErrorContext) {
    super('CONFIGURATION', message, context);
  }
}

/** A path value or a call option is not valid. Nothing was sent. */
export class AtlasValidationError extends AtlasError {
  declare readonly code: 'INVALID_ARGUMENT';
  /** Every bad argument. */
  readonly issues: AtlasIssue[];

  constructor(issues: AtlasIssue[], context?: AtlasErrorContext) {
    super('INVALID_ARGUMENT', `Invalid arguments, nothing was sent: ${listIssues(issues)}`, context);
    this.issues = issues;
  }
}

/** What an {@link AtlasApiError} knows of Atlas's answer. */
export interface AtlasApiErrorDetails {
  /** The HTTP status; inside an envelope, the envelope's. */
  status: number;
  /** Atlas's own code, such as `RESOURCE_NOT_FOUND`. */
  errorCode?: string | undefined;
  /** The status in words. */
  reason?: string | undefined;
  /** What Atlas says of this case. */
  detail?: string | undefined;
  /** Values that belong to `detail`. */
  parameters?: unknown[] | undefined;
  /** The fields of a request that Atlas refused. */
  badRequestDetail?: { fields: { description: string; field: string }[] } | undefined;
  /** How long Atlas asks to wait, in ms. */
  retryAfter?: number | undefined;
  /** The answer's headers, names in lower case. */
  headers: Record<string, string>;
  /** The answer's body as text, cut at 16 KiB, this client's credentials masked. */
  body: string;
}

/** Atlas, or a gateway before it, answered with a status that is no success. */
export class AtlasApiError extends AtlasError {
  declare readonly code: 'API_ERROR';
  /** The HTTP status; inside an envelope, the envelope's. */
  declare readonly status: number;
  /** Atlas's own code, such as `RESOURCE_NOT_FOUND`. */
  declare readonly errorCode?: string | undefined;
  /** The status in words. */
  declare readonly reason?: string | undefined;
  /** What Atlas says of this case. */
  declare readonly detail?: string | undefined;
  /** Values that belong to {@link detail}. */
  declare readonly parameters?: unknown[] | undefined;
  /** The fields of a request that Atlas refused. */
  declare readonly badRequestDetail?: { fields: { description: string; field: string }[] } | undefined;
  /** How long Atlas asks to wait, in ms. */
  declare readonly retryAfter?: number | undefined;
  /** The answer's headers, names in lower case. */
  declare readonly headers: Record<string, string>;
  /** The answer's body as text, cut at 16 KiB, this client's credentials masked. */
  declare readonly body: string;

  constructor(message: string, details: AtlasApiErrorDetails, context?: AtlasErrorContext) {
    super('API_ERROR', message, context);
    assignKnown(this, details);
  }
}

/** What an {@link AtlasAuthenticationError} knows of the refusal. */
export interface AtlasAuthenticationErrorDetails {
  /** The HTTP status of the refusal, where there was an answer. */
  status?: number | undefined;
  /** The OAuth 2.0 error code. */
  error?: string | undefined;
  /** The OAuth 2.0 error in words. */
  errorDescription?: string | undefined;
}

/** No token was to be had, no challenge could be answered, or the server could not prove that it knows the key. */
export class AtlasAuthenticationError extends AtlasError {
  declare readonly code: 'AUTHENTICATION';
  /** The HTTP status of the refusal, where there was an answer. */
  declare readonly status?: number | undefined;
  /** The OAuth 2.0 error code. @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 */
  declare readonly error?: string | undefined;
  /** The OAuth 2.0 error in words. */
  declare readonly errorDescription?: string | undefined;

  constructor(message: string, details: AtlasAuthenticationErrorDetails = {}, context?: AtlasErrorContext) {
    super('AUTHENTICATION', message, context);
    assignKnown(this, details);
  }
}

/** The network failed: no connection, a reset, an answer that was cut or is not HTTP. Its `cause` says how. */
export class AtlasConnectionError extends AtlasError {
  declare readonly code: 'CONNECTION';

  constructor(message: string, context?: AtlasErrorContext) {
    super('CONNECTION', message, context);
  }
}

/** `timeout` or `attemptTimeout` ran out; the message says which. */
export class AtlasTimeoutError extends AtlasError {
  declare readonly code: 'TIMEOUT';

  constructor(message: string, context?: AtlasErrorContext) {
    super('TIMEOUT', message, context);
  }
}

/** The client was closed before or while the call waited. */
export class AtlasClosedError extends AtlasError {
  declare readonly code: 'CLOSED';

  constructor(message: string, context?: AtlasErrorContext) {
    super('CLOSED', message, context);
  }
}

/** A success whose body is not what the API promises, or is too large. */
export class AtlasResponseError extends AtlasError {
  declare readonly code: 'INVALID_RESPONSE';
  /** What is wrong with the body. */
  readonly issues: AtlasIssue[];

  constructor(issues: AtlasIssue[], context?: AtlasErrorContext) {
    super(
      'INVALID_RESPONSE',
      `Atlas answered with a success whose body cannot be used: ${listIssues(issues)} (look for a proxy that changes bodies, or report it)`,
      context,
    );
    this.issues = issues;
  }
}

/** `waitForTenantSnapshot` saw the snapshot fail. */
export class AtlasSnapshotFailedError extends AtlasError {
  declare readonly code: 'SNAPSHOT_FAILED';
  /** The snapshot as Atlas told it. */
  readonly snapshot: TenantSnapshot;

  constructor(snapshot: TenantSnapshot, context?: AtlasErrorContext) {
    super(
      'SNAPSHOT_FAILED',
      `Snapshot ${snapshot.id ?? ''} has failed: no backup was written. Take the one before it.`,
      context,
    );
    this.snapshot = snapshot;
  }
}

// What is not known is not there: an error shows only what it has.
function assignKnown(error: AtlasError, values: object): void {
  for (const [name, value] of Object.entries(values)) if (value !== undefined) Object.assign(error, { [name]: value });
}

/** The error class of each code. */
export interface AtlasErrors {
  CONFIGURATION: AtlasConfigurationError;
  INVALID_ARGUMENT: AtlasValidationError;
  API_ERROR: AtlasApiError;
  AUTHENTICATION: AtlasAuthenticationError;
  CONNECTION: AtlasConnectionError;
  TIMEOUT: AtlasTimeoutError;
  CLOSED: AtlasClosedError;
  INVALID_RESPONSE: AtlasResponseError;
  SNAPSHOT_FAILED: AtlasSnapshotFailedError;
}

/** The error class that carries the code `C`. */
export type AtlasErrorOf<C extends AtlasErrorCode> = AtlasErrors[C];

/**
 * Whether `error` is one of this package's, also of another copy of it; with `code`, whether it is that one.
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
  // No instanceof: an error may be of another realm, as in a test runner's sandbox.
  if (typeof error !== 'object' || error === null || !(brand in error)) return false;
  return code === undefined || ('code' in error && error.code === code);
}

/** Whether `error` is an {@link AtlasApiError}, with `match` also of that status and Atlas error code. */
export function isAtlasApiError(
  error: unknown,
  match: { status?: number | undefined; errorCode?: string | undefined } = {},
): error is AtlasApiError {
  if (!isAtlasError(error, 'API_ERROR')) return false;
  if (match.status !== undefined && error.status !== match.status) return false;
  return match.errorCode === undefined || error.errorCode === match.errorCode;
}

// Set on the prototypes: a name is the class's, not the instance's, and minified code keeps it.
for (const [name, type] of Object.entries({
  AtlasError,
  AtlasConfigurationError,
  AtlasValidationError,
  AtlasApiError,
  AtlasAuthenticationError,
  AtlasConnectionError,
  AtlasTimeoutError,
  AtlasClosedError,
  AtlasResponseError,
  AtlasSnapshotFailedError,
})) {
  Object.defineProperty(type.prototype, 'name', { value: name, configurable: true, writable: true });
}
