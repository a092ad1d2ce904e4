import { z } from 'zod';
import { isObject, withoutNulls } from './schemas.js';

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
export function parseErrorBody(json: unknown, headerCode: string | undefined): ErrorReport {
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
 * @param resource - the path that was requested, without the prefix of `baseUrl` and without a query.
 */
export function saysGone(status: number, report: ErrorReport, resource: string): boolean {
  const { isFromAtlas, errorCode, detail, parameters = [] } = report;
  if (status === 410) return isFromAtlas;
  if (status !== 404 || errorCode !== 'RESOURCE_NOT_FOUND') return false;
  // MongoDB's specification says that parameters are objects, though they are strings.
  const values = [detail, ...parameters].flatMap((value) => (isObject(value) ? Object.values(value) : value));
  return values.some((value) => typeof value === 'string' && namesPath(value, resource));
}

/** Whether a text names a path, with or without its leading slash, rather than a longer path that starts with it. */
function namesPath(text: string, path: string): boolean {
  const [, ...rests] = text.split(path.slice(1));
  // The path may end a sentence.
  return rests.some((rest) => !/^\.?[\w~%/:@$&+=-]/.test(rest));
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
