import * as z from 'zod';
import type { HttpResponse } from '../http/response.js';
import { isRateLimitStatus, parseRetryAfter } from '../http/retry.js';
import { fieldsOf, isObject } from './json.js';
import { Mask } from './mask.js';

const maxProblemLength = 200;

/** A response with its envelope opened. */
export interface ApiResponse extends HttpResponse {
  /** The HTTP status, or the status in the envelope. */
  readonly status: number;
  /** The body of a success, or what its envelope holds. */
  readonly json?: unknown;
  /** Why the body of a success is unusable; absent if it is usable. */
  readonly problem?: string | undefined;
}

/**
 * Opens the envelope of a response, and parses the body of a success.
 *
 * @param mayBeEnveloped - whether the request asked for an envelope. Atlas sends every envelope with status 200.
 */
export function readResponse(response: HttpResponse, mayBeEnveloped: boolean): ApiResponse {
  if (!isSuccess(response.status)) return response;
  const { status, headers, bytes, truncatedAt } = response;
  const { json, problem } = readBody(response);
  const envelope = mayBeEnveloped && status === 200 ? openEnvelope(json) : undefined;
  const opened = envelope ?? { status, content: json };
  // Not a spread: it would take 2 µs.
  return { status: opened.status, headers, bytes, truncatedAt, json: opened.content, problem };
}

/** Whether a response has a success status. */
export function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Parses a body as JSON. Never throws.
 *
 * @returns `problem`: why it is unusable as JSON; absent if it is usable.
 */
export function readBody(response: HttpResponse): Pick<ApiResponse, 'json' | 'problem'> {
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
 * fields. A header may have the error code too.
 */
export function readError({ headers, bytes, truncatedAt, decodingProblem }: HttpResponse, mask: Mask) {
  const text = mask.body(bytes, truncatedAt !== undefined);
  // Masked again, because the escapes of JSON may have hidden a secret.
  const json = parseJson(text, (_name, value) => maskPart(value, mask));
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
  if (typeof status !== 'number' && typeof status !== 'string') return undefined;
  if (!/^[1-5]\d\d$/.test(String(status))) return undefined;
  return { status: Number(status), content: content === undefined ? list : content };
}

const optionalText = z.string().optional().catch(undefined);
const rejectedField = z.object({ description: z.string().catch(''), field: z.string().catch('') });

/**
 * Reads an error body. Atlas leaves out fields, or sends them as null, depending on the error. A malformed field counts as
 * missing, and the others still count.
 *
 * @see https://www.mongodb.com/docs/atlas/api/api-errors/
 */
const errorSchema = z.object({
  errorCode: optionalText,
  detail: optionalText,
  reason: optionalText,
  parameters: z.array(z.unknown()).optional().catch(undefined),
  badRequestDetail: z
    .object({ fields: z.array(rejectedField) })
    .optional()
    .catch(undefined),
});

/** What a response says about its error. */
export type ErrorReport = z.output<typeof errorSchema>;

/**
 * How long the server asked to wait before the next request, in ms.
 *
 * @param report - what its body says.
 */
export function retryAfterOf(
  { status, headers }: HttpResponse,
  { errorCode, parameters }: ErrorReport,
): number | undefined {
  const retryAfterMs = parseRetryAfter(headers);
  if (retryAfterMs !== undefined) return retryAfterMs;
  if (!isRateLimitStatus(status) || errorCode !== 'RATE_LIMITED_TOKEN_BUCKET') return undefined;
  // For this code Atlas sends the parameters `[path, wait in seconds, capacity, refill rate, 60]`, each of any type.
  const seconds = parameters?.[1];
  const isCount = (typeof seconds === 'string' || typeof seconds === 'number') && /^\d{1,9}$/.test(String(seconds));
  return isCount ? Number(seconds) * 1000 : undefined;
}

/** The error code of the Flex endpoints for a cluster that is not Flex. */
export const notFlexCode = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

/** With these codes, a 401 means that Atlas accepted the login, but a role is missing. */
export const missingRoleCodes: readonly string[] = [
  'USER_UNAUTHORIZED',
  'TENANT_SNAPSHOT_ACCESS_DENIED',
  'NOT_IN_GROUP',
  'USER_CANNOT_ACCESS_GROUP',
  'USER_CANNOT_ACCESS_ORG',
];

/** Whether Atlas refused the login. */
export function isLoginRefused(response: ApiResponse): boolean {
  if (response.status !== 401) return false;
  // The code is not shown, so nothing has to be masked.
  const { errorCode = '' } = readError(response, new Mask([])).report;
  return !missingRoleCodes.includes(errorCode);
}
