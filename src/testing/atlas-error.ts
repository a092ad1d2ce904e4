import { STATUS_CODES } from 'node:http';
import type { Reply } from './reply.js';

const ERROR_CODES: Readonly<Record<number, string>> = {
  400: 'VALIDATION_ERROR',
  401: 'USER_UNAUTHORIZED',
  402: 'NO_PAYMENT_INFORMATION_FOUND',
  403: 'USER_UNAUTHORIZED',
  404: 'RESOURCE_NOT_FOUND',
  405: 'METHOD_NOT_ALLOWED',
  406: 'NOT_ACCEPTABLE',
  409: 'CONFLICT',
  410: 'VERSION_GONE',
  429: 'RATE_LIMITED',
};

/** What an error of Atlas's tells beside its status. */
export interface AtlasErrorParts {
  readonly errorCode?: string | undefined;
  readonly detail?: string | undefined;
  readonly parameters?: readonly unknown[] | undefined;
  /** Seconds, or an HTTP date. */
  readonly retryAfter?: number | string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly bare?: boolean | undefined;
}

/** An answer with Atlas's `ApiError` as its body. */
export function atlasError(status: number, parts: AtlasErrorParts = {}): Reply {
  const reason = STATUS_CODES[status] ?? 'Unknown';
  const content = {
    detail: parts.detail ?? `${reason}.`,
    error: status,
    errorCode: parts.errorCode ?? ERROR_CODES[status] ?? 'UNEXPECTED_ERROR',
    parameters: parts.parameters ?? [],
    reason,
  };
  const retryAfter = parts.retryAfter === undefined ? undefined : { 'retry-after': String(parts.retryAfter) };
  return { status, headers: { ...retryAfter, ...parts.headers }, content, bare: parts.bare };
}

/** What Atlas answers for a route that it does not have. */
export function noRoute(path: string): Reply {
  return atlasError(404, { detail: `Cannot find resource ${path}.`, parameters: [path] });
}
