import { isUtf8 } from 'node:buffer';
import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, type ZlibOptions } from 'node:zlib';
import { isObject } from '../is-object.js';
import type { Answer } from './exchange.js';
import { type HeaderFields, headerValue } from './headers.js';

/** The body of an answer: as text, and as JSON where it is that. */
export interface Body {
  readonly text: string;
  readonly json: unknown;
  /** Why it cannot be used as JSON; absent where it can. */
  readonly problem: string | undefined;
  /** Whether it, or its end, could not be read. */
  readonly isPartial?: boolean;
}

/** The JSON body inside an envelope, and the status that the envelope names. */
export interface Enveloped {
  readonly status: number;
  readonly body: Body;
}

/**
 * Reads an answer's body. Never throws, never unfolds more than `limit` bytes.
 *
 * @param limit - bytes, after a content coding is undone.
 */
export function readBody(answer: Answer, limit: number): Body {
  if (answer.truncated) return unread(tooLarge(limit), answer.body.toString());
  const coding = headerValue(answer.headers, 'content-encoding')?.trim().toLowerCase();
  if (coding && coding !== 'identity') return readCodedBody(answer, coding, limit);
  return parseBody(answer.body, answer.headers);
}

/**
 * Opens an envelope; `undefined` for a body that is none, as a gateway or an endpoint without envelopes sends it.
 * One page of Atlas's documentation names its content `content`, another `envelope`; a list is its own envelope.
 */
export function openEnvelope(body: Body): Enveloped | undefined {
  const { json, text } = body;
  if (!isObject(json)) return undefined;
  const content = json['content'] ?? json['envelope'];
  const status = json['status'];
  // A snapshot has a status too, in words.
  const isStatus = typeof status === 'number' || (content !== undefined && typeof status === 'string');
  if (!isStatus || !/^[1-5]\d\d$/.test(String(status))) return undefined;
  return { status: Number(status), body: { text, json: content ?? json, problem: undefined } };
}

const decoders = new Map([
  ['gzip', gunzipSync],
  ['x-gzip', gunzipSync],
  ['deflate', inflate],
  ['br', brotliDecompressSync],
]);

// It was not asked for: no Accept-Encoding is sent. A server or a proxy between may do it all the same.
function readCodedBody(answer: Answer, coding: string, limit: number): Body {
  const decode = decoders.get(coding);
  if (decode === undefined) return unread(`its content coding ${coding.slice(0, 40)} is not understood`);
  try {
    return parseBody(decode(answer.body, { maxOutputLength: limit }), answer.headers);
  } catch (error) {
    const large = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return unread(large ? tooLarge(limit) : 'its content coding is broken');
  }
}

// Some servers leave out the zlib frame: RFC 9110 section 8.4.1.2 notes it. A frame's first octet has 8 in its low half.
function inflate(bytes: Buffer, options: ZlibOptions): Buffer {
  return ((bytes[0] ?? 0) & 0x0f) === 8 ? inflateSync(bytes, options) : inflateRawSync(bytes, options);
}

function parseBody(bytes: Buffer, headers: HeaderFields): Body {
  const type = headers['content-type'];
  if (typeof type === 'string' && /charset="?iso-8859-1/i.test(type)) return parseText(bytes.toString('latin1'));
  const text = bytes.toString();
  // Of an error, what can be read of it is told.
  if (!isUtf8(bytes)) return { ...parseText(text), problem: 'it is not UTF-8' };
  return parseText(text.charCodeAt(0) === 0xfeff ? text.slice(1) : text);
}

function parseText(text: string): Body {
  try {
    return { text, json: JSON.parse(text), problem: undefined };
  } catch {
    // The parser's own message quotes the body.
    return { text, json: undefined, problem: text === '' ? 'it is empty' : 'it is not JSON' };
  }
}

function unread(problem: string, text = ''): Body {
  return { text, json: undefined, problem, isPartial: true };
}

function tooLarge(limit: number): string {
  return `it is larger than maxResponseSize (${limit} bytes)`;
}
