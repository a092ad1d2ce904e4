import { isUtf8 } from 'node:buffer';
import { z } from 'zod';
import type { HttpResponse } from '../http/exchange.js';
import { isObject } from './schemas.js';

/** A body, parsed as JSON. */
export interface Body {
  readonly json: unknown;
  /** Why it is unusable as JSON; absent if it is usable. */
  readonly problem: string | undefined;
  /** In bytes. */
  readonly size: number;
  /** Whether it was cut off at `maxResponseSize`. */
  readonly isPartial: boolean;
}

interface ResponseHead extends Pick<HttpResponse, 'headers'> {
  /** The HTTP status, or the status in the envelope. */
  readonly status: number;
  /** Whether `status` comes from an envelope. */
  readonly isEnveloped: boolean;
  /** Whether the response looks like one of Atlas, rather than of a gateway or proxy in between. */
  readonly isFromAtlas: boolean;
}

/** A response with a success status. */
export interface SuccessResponse extends ResponseHead {
  readonly body: Body;
  readonly error?: undefined;
}

/** A response with an error status. */
export interface ErrorResponse extends ResponseHead {
  /** The start of the body, masked. */
  readonly text: string;
  /** What the body says about the error, masked. */
  readonly error: ErrorReport;
}

/** A response with its envelope opened and its body parsed. */
export type ApiResponse = SuccessResponse | ErrorResponse;

/** Masks the secrets in a text of an error response, and cuts it to 16 KiB. */
export type MaskText = (text: string, isTruncated?: boolean) => string;

/**
 * Opens the envelope of a response and parses its body, which is masked first if the response is an error.
 *
 * @param mayBeEnveloped - whether the request asked for an envelope.
 * @param limit - `maxResponseSize`, in bytes.
 */
export function readResponse(
  response: HttpResponse,
  mayBeEnveloped: boolean,
  limit: number,
  mask: MaskText,
): ApiResponse {
  const { status, headers } = response;
  if (!isSuccess(status)) return { status, headers, isEnveloped: false, ...readError(response, mayBeEnveloped, mask) };
  const body = readBody(response, limit);
  const isFromAtlas = body.problem === undefined;
  // Atlas sends every envelope with status 200. Any other status speaks for itself.
  const envelope = mayBeEnveloped && status === 200 ? openEnvelope(body.json) : undefined;
  if (envelope === undefined) return { status, headers, isEnveloped: false, body, isFromAtlas };
  const inner = { status: envelope.status, headers, isEnveloped: true };
  if (!isSuccess(inner.status)) return { ...inner, ...readError(response, mayBeEnveloped, mask) };
  return { ...inner, body: { ...body, json: envelope.content }, isFromAtlas };
}

function isSuccess(status: number): boolean {
  return status >= 200 && status < 300;
}

/**
 * Parses a body as JSON. Never throws.
 *
 * @param limit - `maxResponseSize`, in bytes.
 */
export function readBody({ bytes, isTruncated: isPartial }: HttpResponse, limit: number): Body {
  const size = bytes.length;
  if (isPartial) {
    return { json: undefined, problem: `is larger than ${limit} bytes (maxResponseSize)`, size, isPartial };
  }
  const text = decode(bytes);
  const json = parseJson(text);
  if (json === undefined) return { json, problem: text === '' ? 'is empty' : 'is not JSON', size, isPartial };
  return { json, problem: isUtf8(bytes) ? undefined : 'is not UTF-8', size, isPartial };
}

/** Reads the body of an error. It is masked before it is parsed, and not parsed if it was cut off. */
function readError(
  { headers, bytes, isTruncated }: HttpResponse,
  mayBeEnveloped: boolean,
  mask: MaskText,
): Pick<ErrorResponse, 'text' | 'error' | 'isFromAtlas'> {
  const text = mask(decode(bytes), isTruncated);
  const json = isTruncated ? undefined : parseJson(text);
  const content = mayBeEnveloped ? (openEnvelope(json)?.content ?? json) : json;
  const fields = isObject(content) ? content : {};
  const report = errorSchema.parse(fields);
  const [headerCode] = [headers['x-error-code']].flat();
  const errorCode = report.errorCode || (headerCode && mask(headerCode));
  // Atlas sends the status as a number. Others send a text, or nothing.
  const isFromAtlas = errorCode !== undefined || typeof fields['error'] === 'number';
  return { text, error: { ...report, errorCode }, isFromAtlas };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's own message quotes the body.
    return undefined;
  }
}

/** Decodes a body, without its byte order mark, which JSON must not have. */
function decode(bytes: Buffer): string {
  return bytes.toString().replace(/^\ufeff/, '');
}

/**
 * Opens an envelope. Returns `undefined` for any other body, such as that of a gateway.
 *
 * The Atlas documentation calls the key of the content `content` on one page and `envelope` on another. An enveloped list
 * has neither: its `status` is beside its `results`.
 */
export function openEnvelope(json: unknown): { status: number; content: unknown } | undefined {
  if (!isObject(json)) return undefined;
  // A content that is null is content too.
  const { status, content, envelope = content, ...list } = json;
  const inner = content ?? envelope;
  // A snapshot has a status too, but that is a word such as COMPLETED.
  if (typeof status !== 'number' || !/^[1-5]\d\d$/.test(String(status))) return undefined;
  return { status, content: inner === undefined ? list : inner };
}

const text = z.string().optional().catch(undefined);
const parameter = z.union([z.string(), z.number(), z.boolean(), z.null()]);
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
  parameters: z.array(parameter).optional().catch(undefined),
  badRequestDetail: z
    .object({ fields: z.array(rejectedField) })
    .optional()
    .catch(undefined),
});

/** What a response says about its error. */
export type ErrorReport = z.output<typeof errorSchema>;

/** The error code of the Flex endpoints for a cluster that is not Flex. */
export const notFlexCode = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

/** Whether Atlas accepted the login, but a role is missing. Atlas returns 401 for that, not 403. */
export function isMissingRole(status: number, error: ErrorReport | undefined): boolean {
  const errorCode = error?.errorCode;
  return status === 401 && (errorCode === 'USER_UNAUTHORIZED' || errorCode === 'TENANT_SNAPSHOT_ACCESS_DENIED');
}
