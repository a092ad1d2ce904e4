import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import type { HttpResponse } from '../http/exchange.js';
import { isObject } from './schemas.js';

/** The body of a response: as text, and as JSON if it is that. */
export interface Body {
  readonly text: string;
  readonly json: unknown;
  /** Why it is unusable as JSON; absent if it is usable. */
  readonly problem: string | undefined;
  /** In bytes, decompressed. */
  readonly size: number;
  /** Whether it was cut off at `maxResponseSize`. */
  readonly isPartial: boolean;
}

/** A response with its envelope opened and its body parsed. */
export interface ApiResponse extends Pick<HttpResponse, 'headers'> {
  /** The HTTP status, or the status in the envelope. */
  readonly status: number;
  readonly body: Body;
  /** Whether `status` comes from an envelope. */
  readonly isEnveloped: boolean;
  /** Whether the response looks like one of Atlas, rather than of a gateway or proxy in between. */
  readonly isFromAtlas: boolean;
  /** What the response says about its error. Absent for a success. */
  readonly error: ErrorReport | undefined;
}

/**
 * Opens the envelope of a response and parses its body.
 *
 * @param mayBeEnveloped - whether the request asked for an envelope.
 * @param limit - `maxResponseSize`, in bytes.
 */
export function readResponse(response: HttpResponse, mayBeEnveloped: boolean, limit: number): ApiResponse {
  const { headers } = response;
  const outer = readBody(response, limit);
  const envelope = mayBeEnveloped ? openEnvelope(outer) : undefined;
  // Atlas sends every envelope with status 200. Any other status speaks for itself.
  const isEnveloped = envelope !== undefined && response.status === 200;
  const status = isEnveloped ? envelope.status : response.status;
  const body = envelope?.body ?? outer;
  if (status >= 200 && status < 300) {
    return { status, headers, body, isEnveloped, isFromAtlas: body.problem === undefined, error: undefined };
  }
  const fields = isObject(body.json) ? body.json : {};
  const error = readError(fields, headers);
  // Atlas sends the status as a number. Others send a text, or nothing.
  const isFromAtlas = error.errorCode !== undefined || typeof fields['error'] === 'number';
  return { status, headers, body, isEnveloped, isFromAtlas, error };
}

/**
 * Reads the body of a response. Never throws.
 *
 * @param limit - `maxResponseSize`, in bytes.
 */
export function readBody(response: HttpResponse, limit: number): Body {
  const { bytes, isTruncated: isPartial } = unzip(response, limit);
  // Without a byte order mark, which JSON must not have.
  const text = bytes.toString().replace(/^\ufeff/, '');
  const size = bytes.length;
  if (isPartial) {
    return { text, json: undefined, problem: `is larger than ${limit} bytes (maxResponseSize)`, size, isPartial };
  }
  try {
    const json = JSON.parse(text);
    // An error that is not UTF-8 may still hold a readable message.
    return { text, json, problem: isUtf8(bytes) ? undefined : 'is not UTF-8', size, isPartial };
  } catch {
    // The parser's own message quotes the body.
    return { text, json: undefined, problem: text === '' ? 'is empty' : 'is not JSON', size, isPartial };
  }
}

/** Undoes gzip. No request asks for it, but gateways add it: some recorded answers of Atlas have it. */
function unzip(response: HttpResponse, limit: number): Pick<HttpResponse, 'bytes' | 'isTruncated'> {
  const { headers, bytes, isTruncated } = response;
  if (isTruncated || !/^(?:x-)?gzip$/i.test(String(headers['content-encoding']))) return response;
  try {
    return { bytes: gunzipSync(bytes, { maxOutputLength: limit }), isTruncated };
  } catch (error) {
    // Not instanceof: under a test runner the error may come from another realm.
    const isTooLarge = isObject(error) && error['code'] === 'ERR_BUFFER_TOO_LARGE';
    return { bytes: isTooLarge ? Buffer.alloc(0) : bytes, isTruncated: isTooLarge };
  }
}

/**
 * Opens an envelope. Returns `undefined` for any other body, such as that of a gateway.
 *
 * The Atlas documentation calls the key of the content `content` on one page and `envelope` on another. An enveloped list
 * has neither: its `status` is beside its `results`.
 */
export function openEnvelope(body: Body): { status: number; body: Body } | undefined {
  const { json } = body;
  if (!isObject(json)) return undefined;
  // A content that is null is content too.
  const { status, content, envelope = content, ...list } = json;
  const inner = content ?? envelope;
  // A snapshot has a status too, but that is a word such as COMPLETED.
  if (typeof status !== 'number' || !/^[1-5]\d\d$/.test(String(status))) return undefined;
  return { status, body: { ...body, json: inner === undefined ? list : inner } };
}

const text = z.string().optional().catch(undefined);

/** How many parameters and rejected fields of an error are read. Megabytes of them would take seconds to parse. */
const maxEntries = 100;
const entries = z.array(z.unknown());
const firstEntries = z.preprocess((value) => (Array.isArray(value) ? value.slice(0, maxEntries) : value), entries);

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
  parameters: firstEntries.optional().catch(undefined),
  badRequestDetail: z
    .object({
      fields: firstEntries.pipe(z.array(z.object({ description: z.string().catch(''), field: z.string().catch('') }))),
    })
    .optional()
    .catch(undefined),
});

/** What a response says about its error. */
export type ErrorReport = z.output<typeof errorSchema>;

function readError(fields: object, headers: HttpResponse['headers']): ErrorReport {
  const report = errorSchema.parse(fields);
  const [headerCode] = [headers['x-error-code']].flat();
  return { ...report, errorCode: report.errorCode || headerCode };
}

/** The error code of the Flex endpoints for a cluster that is not Flex. */
export const notFlexCode = 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API';

/** Whether Atlas accepted the login, but a role is missing. Atlas returns 401 for that, not 403. */
export function isMissingRole(status: number, error: ErrorReport | undefined): boolean {
  const errorCode = error?.errorCode;
  return status === 401 && (errorCode === 'USER_UNAUTHORIZED' || errorCode === 'TENANT_SNAPSHOT_ACCESS_DENIED');
}
