import { gunzipSync } from 'node:zlib';

/** A response, with its body decoded. */
export interface HttpResponse {
  readonly status: number;
  /** By lowercase name. Repeated fields are joined, as RFC 9110 section 5.3 allows. */
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Buffer;
  /** The `maxResponseSize` at which the body was cut off; absent if it is whole. */
  readonly truncatedAt: number | undefined;
  /** Why the body could not be decoded, in words. There are no bytes then. */
  readonly decodingProblem?: string;
}

/** The `Accept-Encoding` of every request. */
export const acceptedCoding = 'gzip';

/**
 * Decodes the body of a response. Synchronous, since zlib's asynchronous API takes more CPU, and the body of a page decodes in a
 * millisecond.
 *
 * @param maxResponseSize - bytes of the decoded body.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-8.4
 */
export function decode(response: HttpResponse, maxResponseSize: number): HttpResponse {
  // A mock may have a number as a value.
  const coding = String(response.headers['content-encoding'] ?? '')
    .trim()
    .toLowerCase();
  if (coding === '' || coding === 'identity' || response.bytes.length === 0) return response;
  const withoutBody = { ...response, bytes: Buffer.alloc(0) };
  // zlib rejects a body that was cut off.
  if (response.truncatedAt !== undefined) return withoutBody;
  const decodingProblem = `could not be decoded (content-encoding: ${response.headers['content-encoding']})`;
  if (!/^(?:x-)?gzip$/.test(coding)) return { ...withoutBody, decodingProblem };
  try {
    const bytes = gunzipSync(response.bytes, { maxOutputLength: maxResponseSize });
    const { 'content-encoding': _, ...headers } = response.headers;
    return { ...response, headers, bytes };
  } catch (error) {
    const isTooLarge = Object(error).code === 'ERR_BUFFER_TOO_LARGE';
    return isTooLarge ? { ...withoutBody, truncatedAt: maxResponseSize } : { ...withoutBody, decodingProblem };
  }
}
