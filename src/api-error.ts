import type { Reply } from './attempt.js';
import type { EndpointName } from './endpoints.js';
import { AtlasApiError, type AtlasApiErrorDetails, type AtlasErrorContext } from './errors.js';
import { plainHeaders } from './http/headers.js';
import type { Mask } from './http/mask.js';
import { isRetryableStatus, parseRetryAfter } from './http/retry.js';
import { isObject } from './is-object.js';

/** bytes of a body that an error keeps. */
const keptBody = 16_384;
const longestDetail = 500;

/** Makes the error for an answer that is no success, with what its body told; the body may be empty or HTML. */
export function toApiError(reply: Reply, mask: Mask, context: AtlasErrorContext): AtlasApiError {
  const { status } = reply;
  const headers = plainHeaders(reply.headers);
  for (const name of Object.keys(headers)) headers[name] = mask.text(headers[name] ?? '');
  const details: AtlasApiErrorDetails = {
    status,
    ...readFields(mask.json(reply.body.json)),
    retryAfter: parseRetryAfter(reply.headers['retry-after'], Date.now()),
    headers,
    body: cut(reply.body.isPartial ? mask.cutText(reply.body.text) : mask.text(reply.body.text)),
  };
  return new AtlasApiError(describe(details, context), details, context);
}

// Field by field, not by the schema: a body that breaks the contract in one place still tells the rest.
function readFields(json: unknown): Partial<AtlasApiErrorDetails> {
  const { errorCode, reason, detail, parameters, badRequestDetail }: Record<string, unknown> = isObject(json)
    ? json
    : {};
  return {
    errorCode: stringOf(errorCode),
    reason: stringOf(reason),
    detail: stringOf(detail),
    parameters: Array.isArray(parameters) ? parameters : undefined,
    badRequestDetail: isObject(badRequestDetail) ? { fields: readBadFields(badRequestDetail['fields']) } : undefined,
  };
}

function readBadFields(fields: unknown): { description: string; field: string }[] {
  if (!Array.isArray(fields)) return [];
  return fields
    .filter(isObject)
    .map(({ description, field }) => ({ description: stringOf(description) ?? '', field: stringOf(field) ?? '' }));
}

function stringOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function cut(text: string): string {
  const bytes = Buffer.from(text);
  // Decoded as a stream, the character that the cut goes through is left out.
  return bytes.length <= keptBody ? text : new TextDecoder().decode(bytes.subarray(0, keptBody), { stream: true });
}

function describe(details: AtlasApiErrorDetails, context: AtlasErrorContext): string {
  const code = details.errorCode === undefined ? '' : ` ${details.errorCode.slice(0, 100)}`;
  const said = details.detail ?? details.reason;
  const detail = said === undefined ? '' : `: ${said.slice(0, longestDetail)}`;
  return `${context.operation} was answered with ${details.status}${code}${detail} (${advise(details, context.endpoint)})`;
}

const advice: Readonly<Record<number, string>> = {
  400: 'look at the arguments; detail and badRequestDetail say what Atlas did not take',
  401: 'the credentials were refused: check the key or token, that it has the role Project Read Only, and that its IP access list has this address',
  402: 'the organization has no way to pay on file: its owner has to add one',
  403: 'the credentials lack the role Project Read Only for this project, or its IP access list lacks this address',
  404: 'check the project, the cluster name and the snapshot id, and that the credentials may see the project',
  429: 'over the rate limit: wait for retryAfter, and call less often',
};

function advise({ status, errorCode }: AtlasApiErrorDetails, endpoint: EndpointName | undefined): string {
  if (status === 404 && errorCode === undefined) {
    return 'this is no answer of Atlas: check baseUrl and any proxy between';
  }
  if (status === 410 && endpoint === 'tenant') {
    return "the tenant endpoint is gone: leave the option endpoint at 'auto', or set it to 'flex'";
  }
  if (status < 400) return 'a redirect is not followed and only 200 is a success: check baseUrl';
  return (
    advice[status] ?? (isRetryableStatus(status) ? 'Atlas or a gateway has trouble: try again later' : 'see the body')
  );
}
