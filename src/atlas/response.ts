import { isUtf8 } from 'node:buffer';
import { gunzipSync } from 'node:zlib';
import { z } from 'zod';
import { isObject } from './schemas.js';

/** A response as it came over the wire. The names of its headers are lowercase, and a repeated field is an array. */
export interface WireResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
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
export interface ApiResponse extends Pick<WireResponse, 'headers'> {
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
  const error = isSuccess ? undefined : readError(body.json, response);
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
  const coding = String(response.headers['content-encoding'] ?? '').trim() || 'identity';
  const isIdentity = /^identity$/i.test(coding);
  const encoding = encodingOf(response);
  if (response.isTruncated) return unread(tooLarge(limit), isIdentity ? response.bytes.toString(encoding) : '');
  if (isIdentity) return parseBody(response.bytes, encoding);
  // The client does not request a coding, but a proxy may add gzip anyway.
  if (!/^(?:x-)?gzip$/i.test(coding)) return unread(`has the unsupported content coding ${coding}`);
  try {
    return parseBody(gunzipSync(response.bytes, { maxOutputLength: limit }), encoding);
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

type Encoding = 'latin1' | 'utf8';

function encodingOf({ headers }: WireResponse): Encoding {
  const type = headers['content-type'];
  return typeof type === 'string' && /charset="?iso-8859-1/i.test(type) ? 'latin1' : 'utf8';
}

function parseBody(bytes: Buffer, encoding: Encoding): Body {
  const text = bytes.toString(encoding);
  // Parsed all the same, because an error may still hold a readable message.
  if (encoding === 'utf8' && !isUtf8(bytes)) return { ...parseText(text), problem: 'is not UTF-8' };
  return parseText(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
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

const text = z.string().optional().catch(undefined);

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
  badRequestDetail: z.unknown().transform(readBadRequestDetail).optional(),
});

/** What a response says about its error. */
export interface ErrorReport extends z.output<typeof errorSchema> {
  /** Whether Atlas sent the response, rather than a gateway or proxy in between. */
  readonly isFromAtlas: boolean;
}

function readError(json: unknown, { headers }: WireResponse): ErrorReport {
  const body = isObject(json) ? json : {};
  const [headerCode] = [headers['x-error-code']].flat();
  const { errorCode = headerCode, ...fields } = errorSchema.parse(body);
  // Atlas sends the status as a number. Others send a text, or nothing.
  const isFromAtlas = errorCode !== undefined || typeof body['error'] === 'number';
  return { isFromAtlas, errorCode, ...fields };
}

function readBadRequestDetail(detail: unknown): { fields: { description: string; field: string }[] } | undefined {
  if (!isObject(detail)) return undefined;
  const list = Array.isArray(detail['fields']) ? detail['fields'] : [];
  const toText = (value: unknown) => (typeof value === 'string' ? value : '');
  return {
    fields: list
      .filter(isObject)
      .map(({ description, field }) => ({ description: toText(description), field: toText(field) })),
  };
}

/** Whether Atlas accepted the login, but a role is missing. Atlas returns 401 for that, not 403. */
export function isMissingRole(status: number, error: ErrorReport | undefined): boolean {
  const errorCode = error?.errorCode;
  return status === 401 && (errorCode === 'USER_UNAUTHORIZED' || errorCode === 'TENANT_SNAPSHOT_ACCESS_DENIED');
}
