import { z } from 'zod';
import type { EndpointName, Operation, PathValues, Query } from './endpoints.js';

/** What every request of a client has in common. */
export interface RouteBase {
  /** The path of `baseUrl`, without a slash at its end. */
  readonly prefix: string;
  readonly userAgent: string;
}

/** The options of a call that change its request. */
export interface RouteOptions {
  readonly envelope?: boolean | undefined;
  readonly pretty?: boolean | undefined;
  /** Only `get()` has these two. */
  readonly query?: Query | undefined;
  readonly apiVersion?: string | undefined;
}

/** One GET, complete except for its login. */
export interface Route {
  readonly method: 'GET';
  /** Absent for a path that the caller chose. */
  readonly endpoint: EndpointName | undefined;
  /** The path as Atlas knows it: without the prefix of `baseUrl` and without a query. */
  readonly resource: string;
  /** The request target: path and query, as sent. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly mayBeEnveloped: boolean;
}

/** The request for one page of an operation's endpoint. */
export function routeTo(
  base: RouteBase,
  operation: Pick<Operation<unknown>, EndpointName>,
  name: EndpointName,
  values: PathValues,
  { envelope, pretty = false }: RouteOptions,
  pageNum = 1,
): Route {
  const { path, accept, query, takesPretty } = operation[name];
  const pageQuery = pageNum === 1 ? query : { ...query, pageNum };
  return toRoute(base, name, path(values), accept, { query: pageQuery, envelope, pretty: pretty && takesPretty });
}

/** The request for a path that the caller chose and {@link pathSchema} has checked. */
export function routeToPath(base: RouteBase, resource: string, options: RouteOptions): Route {
  const { apiVersion = '2025-03-12' } = options;
  const isVersioned = resource.startsWith('/api/atlas/v2/');
  const accept = isVersioned ? `application/vnd.atlas.${apiVersion}+json` : 'application/json';
  return toRoute(base, undefined, resource, accept, options);
}

function toRoute(
  { prefix, userAgent }: RouteBase,
  endpoint: EndpointName | undefined,
  resource: string,
  accept: string,
  { query = {}, envelope, pretty }: RouteOptions,
): Route {
  const params = new URLSearchParams();
  for (const [name, value = []] of Object.entries(query)) {
    for (const item of [value].flat()) params.append(name, String(item));
  }
  if (envelope) params.set('envelope', 'true');
  if (pretty) params.set('pretty', 'true');
  const path = params.size === 0 ? prefix + resource : `${prefix}${resource}?${params}`;
  // Not from the option alone: the query of get() may ask for an envelope too.
  const mayBeEnveloped = params.get('envelope') === 'true';
  return {
    method: 'GET',
    endpoint,
    resource,
    path,
    headers: ['accept', accept, 'user-agent', userAgent],
    mayBeEnveloped,
  };
}

const pathCharacters = /^\/api\/atlas\/[A-Za-z0-9\-._~%/:@!$&'()*+,;=]+$/;

/** Checks a path, so that no request can leave `/api/atlas/` or go to another host. */
export const pathSchema: z.ZodType<string> = z
  .string('must be a string')
  .max(2_048, 'must have at most 2048 characters')
  .regex(
    pathCharacters,
    'must start with /api/atlas/ and contain only valid path characters (pass query parameters in the query option)',
  )
  .refine((path) => !/%(?![0-9A-Fa-f]{2})/.test(path), 'must not contain a % without two hexadecimal digits')
  .refine((path) => !path.slice(1).split('/').includes(''), 'must not contain an empty segment')
  .refine((path) => !decode(path).split(/[/\\]/).some(isDotSegment), 'must not contain the segment . or ..');

function decode(path: string): string {
  return path.replace(/%([0-9A-Fa-f]{2})/g, (_, octet: string) => String.fromCharCode(Number.parseInt(octet, 16)));
}

function isDotSegment(segment: string): boolean {
  return segment === '.' || segment === '..';
}
