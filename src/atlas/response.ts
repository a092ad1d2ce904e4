import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { isObject, withoutNulls } from './schemas.js';

/** Header fields with lowercase names. A repeated field is an array. */
type Headers = Readonly<Record<string, string | string[] | undefined>>;

/** A response as it came over the wire. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Buffer;
  /** Whether the body was cut off at `maxResponseSize`. */
  readonly isTruncated: boolean;
}

/** The body of a response: as text, and as JSON if it is that. */
export interface Body {
  readonly text: string;
  readonly json: unknown;
  /** Why it is unusable as JSON; absent if it is usable. */
  readonly problem: string | undefined;
  /** Whether a part of it could not be read. */
  readonly isPartial?: boolean;
}

/** A response with its envelope opened and its body parsed. */
export interface ApiResponse {
  /** The HTTP status, or the status in the envelope. */
  readonly status: number;
  readonly headers: Headers;
  readonly body: Body;
  /** Whether `status` comes from an envelope. */
  readonly isEnveloped: boolean;
  /** Whether the response looks like one of Atlas, rather than of a gateway or proxy in between. */
  readonly isFromAtlas: boolean;
  /** What the body says, if the status is an error. */
  readonly error: ErrorReport | undefined;
}

/**
 * Opens the envelope of a response and parses its body.
 *
 * @param mayBeEnveloped - whether the request asked for an envelope.
 * @param limit - bytes, after a content coding is undone.
 */
export function readResponse(response: WireResponse, mayBeEnveloped: boolean, limit: number): ApiResponse {
  const outer = readBody(response, limit);
  const envelope = mayBeEnveloped ? openEnvelope(outer) : undefined;
  // Atlas sends every envelope with status 200. Any other status speaks for itself.
  const isEnveloped = envelope !== undefined && response.status === 200;
  const status = isEnveloped ? envelope.status : response.status;
  const body = envelope?.body ?? outer;
  const isSuccess = status >= 200 && status < 300;
  const error = isSuccess ? undefined : parseErrorBody(body.json, fieldOf(response.headers, 'x-error-code'));
  const isFromAtlas = error === undefined ? body.problem === undefined : error.isFromAtlas;
  return { status, headers: response.headers, body, isEnveloped, isFromAtlas, error };
}

/**
 * Reads the body of a response. Never throws, and never unpacks more than `limit` bytes.
 *
 * @param limit - bytes, after a content coding is undone.
 */
export function readBody(response: WireResponse, limit: number): Body {
  // Neither lowercased nor cut: it becomes part of an error, and the mask must still recognize a secret in it.
  const coding = fieldOf(response.headers, 'content-encoding')?.trim() || 'identity';
  const isIdentity = /^identity$/i.test(coding);
  if (response.isTruncated) {
    return unread(tooLarge(limit), isIdentity ? response.bytes.toString(encodingOf(response.headers)) : '');
  }
  if (isIdentity) return parseBody(response.bytes, response.headers);
  // The client does not request a coding, but a proxy may add gzip anyway.
  if (!/^(?:x-)?gzip$/i.test(coding)) return unread(`has the unsupported content coding ${coding}`);
  try {
    return parseBody(gunzipSync(response.bytes, { maxOutputLength: limit }), response.headers);
  } catch (error) {
    // Not instanceof: under a test runner the error may come from another realm.
    const isTooLarge = isObject(error) && error['code'] === 'ERR_BUFFER_TOO_LARGE';
    return unread(isTooLarge ? tooLarge(limit) : 'is not valid gzip');
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
  const isStatus = typeof status === 'number' || (inner !== undefined && typeof status === 'string');
  if (!isStatus || !/^[1-5]\d\d$/.test(String(status))) return undefined;
  return { status: Number(status), body: { ...body, json: inner === undefined ? list : inner } };
}

function fieldOf(headers: Headers, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(', ') : value;
}

function parseBody(bytes: Buffer, headers: Headers): Body {
  const encoding = encodingOf(headers);
  const text = bytes.toString(encoding);
  // Parsed all the same, because an error may still hold a readable message.
  if (encoding === 'utf8' && !isUtf8(bytes)) return { ...parseText(text), problem: 'is not UTF-8' };
  return parseText(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

function encodingOf(headers: Headers): 'latin1' | 'utf8' {
  const type = headers['content-type'];
  return typeof type === 'string' && /charset="?iso-8859-1/i.test(type) ? 'latin1' : 'utf8';
}

function parseText(text: string): Body {
  try {
    return { text, json: JSON.parse(text), problem: undefined };
  } catch {
    // The parser's own message quotes the body.
    return { text, json: undefined, problem: text === '' ? 'is empty' : 'is not JSON' };
  }
}

function unread(problem: string, text = ''): Body {
  return { text, json: undefined, problem, isPartial: true };
}

function tooLarge(limit: number): string {
  return `is larger than ${limit} bytes (maxResponseSize). Raise the limit if you expect that much`;
}

/**
 * The body of an Atlas error. Atlas leaves out fields, or sends them as null, depending on the error.
 *
 * @see https://www.mongodb.com/docs/atlas/api/api-errors/
 */
export interface ApiErrorBody {
  /** The HTTP status. */
  error: number;
  /** The Atlas error code, such as `CLUSTER_NOT_FOUND`. */
  errorCode?: string | undefined;
  /** What happened, in words. */
  detail?: string | undefined;
  /** The reason phrase of the status. */
  reason?: string | undefined;
  /** The values in `detail`. */
  parameters?: unknown[] | undefined;
  /** The fields of the request that Atlas rejected. */
  badRequestDetail?: { fields?: { description: string; field: string }[] | undefined } | undefined;
}

const text = z.string().nullish();

/** Checks whether a body is an Atlas error, and parses it. */
export const apiErrorSchema: z.ZodType<ApiErrorBody> = withoutNulls({
  error: z.number().int(),
  errorCode: text,
  detail: text,
  reason: text,
  parameters: z.array(z.unknown()).nullish(),
  badRequestDetail: withoutNulls({
    fields: z.array(z.looseObject({ description: z.string(), field: z.string() })).nullish(),
  }).nullish(),
});

const readableText = z.string().optional().catch(undefined);

/** Reads the fields of any object: a malformed field counts as missing, and the others still count. */
const fieldsSchema = z.object({
  errorCode: readableText,
  detail: readableText,
  reason: readableText,
  parameters: z.array(z.unknown()).optional().catch(undefined),
  badRequestDetail: z.unknown().transform(readBadRequestDetail).optional(),
});

/** What a response says about its error. */
export interface ErrorReport extends Omit<ApiErrorBody, 'error' | 'badRequestDetail'> {
  /** Whether Atlas sent the response, rather than a gateway or proxy in between. */
  readonly isFromAtlas: boolean;
  readonly badRequestDetail?: { fields: { description: string; field: string }[] } | undefined;
}

/**
 * Reads whatever a body says about an error.
 *
 * @param headerCode - the `X-Error-Code` header, which stands in for a code that the body lacks.
 */
function parseErrorBody(json: unknown, headerCode: string | undefined): ErrorReport {
  const { errorCode = headerCode, ...fields } = fieldsSchema.parse(isObject(json) ? json : {});
  const isFromAtlas = errorCode !== undefined || apiErrorSchema.safeParse(json).success;
  return { isFromAtlas, errorCode, ...fields };
}

/** Whether Atlas accepted the login, but a role is missing. Atlas returns 401 for that, not 403. */
export function isMissingRole(status: number, error: ErrorReport | undefined): boolean {
  const errorCode = error?.errorCode;
  return status === 401 && (errorCode === 'USER_UNAUTHORIZED' || errorCode === 'TENANT_SNAPSHOT_ACCESS_DENIED');
}

/**
 * Whether Atlas itself says that an endpoint is gone, rather than a gateway or a single cluster.
 *
 * @param apiPath - the path that was requested, without the prefix of `baseUrl` and without a query.
 */
export function saysGone(status: number, report: ErrorReport, apiPath: string): boolean {
  const { isFromAtlas, errorCode, detail, parameters = [] } = report;
  if (status === 410) return isFromAtlas;
  if (status !== 404 || errorCode !== 'RESOURCE_NOT_FOUND') return false;
  // MongoDB's specification says that parameters are objects, though they are strings.
  const values = [detail, ...parameters].flatMap((value) => (isObject(value) ? Object.values(value) : value));
  return values.some((value) => typeof value === 'string' && namesPath(value, apiPath));
}

/** Whether a text names a path, with or without its leading slash, rather than a longer path that starts with it. */
function namesPath(text: string, path: string): boolean {
  const [, ...rests] = text.split(path.slice(1));
  // A full stop or a colon may end the path, but not continue it, as in `.json` and `:cancel`.
  return rests.some((rest) => !/^[.:]*[\w~%/@$&+=-]/.test(rest));
}

function readBadRequestDetail(detail: unknown): ErrorReport['badRequestDetail'] {
  if (!isObject(detail)) return undefined;
  const list = Array.isArray(detail['fields']) ? detail['fields'] : [];
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    fields: list
      .filter(isObject)
      .map(({ description, field }) => ({ description: text(description), field: text(field) })),
  };
}
