import * as z from 'zod';
import type { HttpResponse } from '../http/exchange.js';
import { isRateLimitStatus, parseRetryAfter } from '../http/retry.js';
import { fieldsOf, isObject } from './json.js';
import { Mask } from './mask.js';

/** How much of an error body is kept, in bytes. Its error shows less, but masking reads beyond that. */
const maxErrorSize = 262_144;
const maxProblemLength = 200;
/** Masks nothing: for what only the client reads. */
const unmasked = new Mask([]);

/** A response with a success status. */
export interface SuccessResponse extends Pick<HttpResponse, 'headers' | 'truncatedAt'> {
  readonly ok: true;
  /** The HTTP status, or the status in the envelope. */
  readonly status: number;
  /** The body, or what its envelope holds. */
  readonly json: unknown;
  /** Why the body is unusable as JSON; absent if it is usable. */
  readonly problem: string | undefined;
}

/**
 * A response with an error status, its own or that in its envelope. Its body is parsed only if somebody needs what it says, because
 * most errors are retried, or lead to the fallback.
 */
export interface ErrorResponse extends HttpResponse {
  readonly ok: false;
}

/** A response with its envelope opened. */
export type ApiResponse = SuccessResponse | ErrorResponse;

/**
 * Opens the envelope of a response, and parses the body of a success.
 *
 * @param mayBeEnveloped - whether the request asked for an envelope. Atlas sends every envelope with status 200.
 */
export function readResponse(response: HttpResponse, mayBeEnveloped: boolean): ApiResponse {
  const { status, headers, truncatedAt } = response;
  if (!isSuccess(status)) return toErrorResponse(response, status);
  const { json, problem } = readBody(response);
  const envelope = mayBeEnveloped && status === 200 ? openEnvelope(json) : undefined;
  if (envelope === undefined) return { ok: true, status, headers, truncatedAt, json, problem };
  if (!isSuccess(envelope.status)) return toErrorResponse(response, envelope.status);
  return { ok: true, status: envelope.status, headers, truncatedAt, json: envelope.content, problem };
}

/** Keeps only the start of a large body, because a call may wait long before somebody reads its error. */
function toErrorResponse(response: HttpResponse, status: number): ErrorResponse {
  if (response.bytes.length <= maxErrorSize) return { ...response, ok: false, status };
  // A copy, which does not hold the memory of the rest.
  const bytes = Buffer.from(response.bytes.subarray(0, maxErrorSize));
  return { ...response, ok: false, status, bytes, truncatedAt: maxErrorSize };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Parses a body as JSON. Never throws.
 *
 * @returns `problem`: why it is unusable as JSON; absent if it is usable.
 */
export function readBody(response: HttpResponse): Pick<SuccessResponse, 'json' | 'problem'> {
  const { bytes, truncatedAt, decodingProblem } = response;
  const sizeProblem = truncatedAt === undefined ? undefined : `is larger than ${truncatedAt} bytes (maxResponseSize)`;
  const problem = decodingProblem ?? sizeProblem;
  if (problem !== undefined) return { json: undefined, problem };
  const json = parseJson(bytes);
  const jsonProblem = bytes.length === 0 ? 'is empty' : 'is not JSON';
  return { json, problem: json === undefined ? jsonProblem : undefined };
}

/**
 * Masks and parses the body of an error. `text` is its start, `problem` why it could not be decoded. A body that was cut off has no
 * fields.
 */
export function readError({ headers, bytes, truncatedAt, decodingProblem }: ErrorResponse, mask: Mask) {
  const text = mask.body(bytes, truncatedAt !== undefined);
  // Masked again, because the escapes of JSON may have hidden a secret. Skipped for what only the client reads: it takes 3 µs.
  const json = parseJson(text, mask === unmasked ? undefined : (_name, value) => maskPart(value, mask));
  const content = openEnvelope(json)?.content ?? json;
  const report = errorSchema.parse(fieldsOf(content));
  const headerCode = headers['x-error-code'];
  const errorCode = report.errorCode || (headerCode && mask.text(headerCode));
  const problem = decodingProblem && mask.text(decodingProblem, maxProblemLength);
  return { text, report: { ...report, errorCode }, problem };
}

/** Masks a string, or the names of an object, whose values the reviver has masked already. */
function maskPart(part: unknown, mask: Mask): unknown {
  if (typeof part === 'string') return mask.text(part);
  if (!isObject(part)) return part;
  return Object.fromEntries(Object.entries(part).map(([name, value]) => [mask.text(name), value]));
}

/** Returns the error code of a response, to decide by it. No error may show it, because it is not masked. */
export function errorCodeOf(response: ErrorResponse): string | undefined {
  return readError(response, unmasked).report.errorCode;
}

function parseJson(body: Buffer | string, reviver?: (name: string, value: unknown) => unknown): unknown {
  try {
    // Without a byte order mark, which JSON must not have.
    return JSON.parse(body.toString().replace(/^\ufeff/, ''), reviver);
  } catch {
    // Not the reason, which quotes the body.
    return undefined;
  }
}

/**
 * Opens an envelope. Returns `undefined` for any other body, such as that of a gateway.
 *
 * The Atlas documentation calls the key of the content `content` on one page and `envelope` on another. An enveloped list
 * has neither: its `status` is beside its `results`.
 */
export function openEnvelope(json: unknown): { status: number; content: unknown } | undefined {
  if (!isObject(json)) return undefined;
  const { status, envelope, content = envelope, ...list } = json;
  // A snapshot has a status too, but that is a word such as COMPLETED.
  if (typeof status !== 'number' || !/^[1-5]\d\d$/.test(String(status))) return undefined;
  return { status, content: content === undefined ? list : content };
}

const text = z.string().optional().catch(undefined);
const rejectedField = z.object({ description: z.string().catch(''), field: z.string().catch('') });

/**
 * Reads an error body. Atlas leaves out fields, or sends them as null, depending on the error. A malformed field counts as
 * missing, and the others still count.
 *
 * @see https://www.mongodb.com/docs/atlas/api/api-errors/
 */
const errorSchema = z.object({
  errorCode: text,
  detail: text,
  reason: text,
  parameters: z.array(z.unknown()).optional().catch(undefined),
  badRequestDetail: z
    .object({ fields: z.array(rejectedField) })
    .optional()
    .catch(undefined),
});

/** What a response says about its error. */
export type ErrorReport = z.output<typeof errorSchema>;

/** How long the server asked to wait before the next request, in ms. */
export function retryAfterOf(response: ErrorResponse): number | undefined {
  const retryAfterMs = parseRetryAfter(response.headers);
  if (retryAfterMs !== undefined || !isRateLimitStatus(response.status)) return retryAfterMs;
  const { errorCode, parameters } = readError(response, unmasked).report;
  // For this code Atlas sends the parameters `[path, wait in seconds, capacity, refill rate, 60]`.
  const seconds = errorCode === 'RATE_LIMITED_TOKEN_BUCKET' ? String(parameters?.[1]) : '';
  return /^\d{1,9}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** The error code of the Flex endpoints for a cluster that is not Flex. */
export const notFlexCode = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

/** Atlas accepted the login, but a role is missing. Atlas returns 401 for that, not 403. */
const missingRoleCodes = [
  'USER_UNAUTHORIZED',
  'TENANT_SNAPSHOT_ACCESS_DENIED',
  'NOT_IN_GROUP',
  'USER_CANNOT_ACCESS_GROUP',
  'USER_CANNOT_ACCESS_ORG',
];

/** Whether Atlas accepted the login, but a role is missing. */
export function isMissingRole(status: number, errorCode: string | undefined): boolean {
  return status === 401 && errorCode !== undefined && missingRoleCodes.includes(errorCode);
}

/** Whether Atlas refused the login. */
export function isLoginRefused(response: ApiResponse): boolean {
  return !response.ok && response.status === 401 && !isMissingRole(401, errorCodeOf(response));
}
