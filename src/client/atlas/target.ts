import * as z from 'zod';
import { type Page, pageSize, parsePage } from './page.js';
import { type Parse, type Parsed, parseWith, type StandardSchema } from './standard-schema.js';

/**
 * The endpoint for M2/M5 (tenant) clusters, or its successor for Flex clusters.
 *
 * @inline
 */
export type EndpointName = 'tenant' | 'flex';

/**
 * The endpoint to call. `auto` asks Flex, and the tenant endpoint only if Flex does not have the cluster or snapshot.
 *
 * @inline
 */
export type EndpointChoice = 'auto' | 'tenant' | 'flex';

/** The value of one parameter of a query. */
export type QueryValue = string | number | boolean;

/** The parameters of a query. Undefined ones are left out, and an array repeats its parameter. */
export type Query = Readonly<Record<string, QueryValue | readonly QueryValue[] | undefined>>;

/** Where to send a GET, what to ask for, and how to parse the answer. */
export interface Target<T = unknown> {
  /** Absent for a path that the caller chose. */
  readonly endpoint?: EndpointName;
  /** The path below `baseUrl`, without the query. */
  readonly apiPath: string;
  /** The media type to accept. For v2 it names the API version. */
  readonly accept: string;
  readonly query: Query;
  /** Parses the body: an item, or a page of a list. */
  readonly parse: Parse<T>;
}

/** What a call asks: a target, and where to ask for what that lacks. */
export interface Question<T> {
  readonly target: Target<T>;
  readonly fallback?: Target<T> | undefined;
  /** Whether a success of the fallback holds nothing. Absent if every success holds something. */
  isEmpty?(data: T): boolean;
}

/** The settings of a call that its question depends on. */
export interface QuestionSettings {
  /** For snapshots. */
  readonly endpoint: EndpointChoice;
  readonly envelope?: boolean | undefined;
  readonly pretty?: boolean | undefined;
  // For a path that the caller chose.
  readonly query?: Query | undefined;
  readonly apiVersion: string;
  readonly schema?: StandardSchema<unknown> | undefined;
}

/**
 * Returns the path and query of a request, as sent.
 *
 * @param prefix - the path of `baseUrl`, without a slash at its end.
 */
export function toPath(prefix: string, { apiPath, query }: Target): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    // Also null: the check of the options skips a parameter named `__proto__`.
    if (value == null) continue;
    for (const item of Array.isArray(value) ? value : [value]) params.append(name, String(item));
  }
  return params.size === 0 ? prefix + apiPath : `${prefix}${apiPath}?${params}`;
}

/** Whether the response may have an envelope. The query of `get()` may ask for one, as the option does. */
export function mayBeEnveloped({ query }: Target): boolean {
  return String(query['envelope']) === 'true';
}

/** The question for a path that the caller chose and {@link pathSchema} has checked. */
export function pathQuestion(args: { readonly path: string }, settings: QuestionSettings): Question<unknown> {
  return { target: pathTarget(args.path, settings) };
}

/** The question for a list at a path that the caller chose. Its target is the first page. */
export function pathListQuestion(args: { readonly path: string }, settings: QuestionSettings): Question<Page<unknown>> {
  const { query, parse, ...target } = pathTarget(args.path, settings);
  const firstPage = { ...query, itemsPerPage: query['itemsPerPage'] ?? pageSize, pageNum: 1 };
  return { target: { ...target, query: firstPage, parse: (json) => parsePage(json, parse) } };
}

function pathTarget(apiPath: string, settings: QuestionSettings): Target {
  const { apiVersion, envelope, pretty, schema } = settings;
  const isVersioned = /^\/api\/atlas\/v2(?:\/|$)/.test(apiPath);
  // The options win over the query, if they are set.
  const query: Record<string, Query[string]> = { ...settings.query };
  if (envelope) query['envelope'] = true;
  if (pretty) query['pretty'] = true;
  return {
    apiPath,
    accept: isVersioned ? `application/vnd.atlas.${apiVersion}+json` : 'application/json',
    query,
    parse: schema === undefined ? acceptAny : (json) => parseWith(schema, json),
  };
}

/** Parses nothing: without a schema, the result is the JSON. */
function acceptAny(json: unknown): Parsed<unknown> {
  return { success: true, data: json };
}

/** Checks a path, so that no request can leave `/api/atlas/` or go to another host. */
export const pathSchema: z.ZodType<string> = z
  .string('must be a string')
  .max(2_048, 'must have at most 2048 characters')
  .regex(
    /^\/api\/atlas\/[A-Za-z0-9\-._~%/:@!$&'()*+,=]+$/,
    'must start with /api/atlas/ and contain only valid path characters (pass query parameters in the query option)',
  )
  .refine((path) => !/%(?![0-9A-Fa-f]{2})/.test(path), 'must not contain a % without two hexadecimal digits')
  .refine((path) => !/\/(?:\/|$)/.test(path), 'must not contain an empty segment')
  .refine((path) => !/[/\\]\.\.?(?:[/\\]|$)/.test(decode(path)), 'must not contain the segment . or ..');

/** Decodes a path as often as possible, because a gateway may decode it again. */
function decode(path: string): string {
  const decoded = path.replace(/%([0-9A-Fa-f]{2})/g, (_, octet: string) =>
    String.fromCharCode(Number.parseInt(octet, 16)),
  );
  return decoded === path ? path : decode(decoded);
}
