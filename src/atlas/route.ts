import { z } from 'zod';
import type { Endpoint, EndpointName, PathValues, Query, Resource } from './endpoints.js';

// The newest version in MongoDB's specification. Atlas returns the newest version of the resource up to this date.
const newestVersion = '2025-03-12';

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
  /** Only `get()` and `getAll()` have these two. */
  readonly query?: Query | undefined;
  readonly apiVersion?: string | undefined;
}

/** One GET, complete except for its login. */
export interface Route {
  readonly method: 'GET';
  /** Absent for a path that the caller chose. */
  readonly endpoint: EndpointName | undefined;
  /** What the endpoint returns, such as `snapshot`. Absent for a path that the caller chose. */
  readonly noun: string | undefined;
  /** The path as Atlas knows it: without the prefix of `baseUrl` and without a query. */
  readonly apiPath: string;
  /** The request target: path and query, as sent. */
  readonly path: string;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly mayBeEnveloped: boolean;
  /** Whether it is one page of a list, so that another may follow. */
  readonly isPage: boolean;
}

/** An endpoint of a resource. */
export interface RouteTarget {
  readonly resource: Resource<unknown>;
  readonly endpoint: EndpointName;
  readonly values: PathValues;
}

/** The request for one item. */
export function routeToItem(base: RouteBase, target: RouteTarget, { envelope, pretty = false }: RouteOptions): Route {
  const { listPath, accept, itemTakesPretty } = endpointOf(target);
  const apiPath = `${listPath(target.values)}/${target.values[target.resource.idName]}`;
  return toRoute(base, { target, apiPath, accept }, { envelope, pretty: pretty && itemTakesPretty });
}

/** The request for one page of a list. */
export function routeToPage(
  base: RouteBase,
  target: RouteTarget,
  { envelope, pretty }: RouteOptions,
  pageNum: number,
): Route {
  const { listPath, accept, pageQuery } = endpointOf(target);
  const query = pageNum === 1 ? pageQuery : { ...pageQuery, pageNum };
  return toRoute(base, { target, apiPath: listPath(target.values), accept, isPage: true }, { query, envelope, pretty });
}

/** The request for a path that the caller chose and {@link pathSchema} has checked. */
export function routeToPath(base: RouteBase, apiPath: string, options: RouteOptions): Route {
  return toRoute(base, { apiPath, accept: mediaTypeOf(apiPath, options) }, options);
}

/** The request for one page of a list at a path that the caller chose. */
export function routeToPathPage(base: RouteBase, apiPath: string, options: RouteOptions, pageNum: number): Route {
  const query = { ...options.query, itemsPerPage: options.query?.['itemsPerPage'] ?? 500, pageNum };
  return toRoute(base, { apiPath, accept: mediaTypeOf(apiPath, options), isPage: true }, { ...options, query });
}

function endpointOf({ resource, endpoint }: RouteTarget): Endpoint {
  return endpoint === 'tenant' && resource.tenant !== undefined ? resource.tenant : resource.flex;
}

function mediaTypeOf(apiPath: string, { apiVersion = newestVersion }: RouteOptions): string {
  return apiPath.startsWith('/api/atlas/v2/') ? `application/vnd.atlas.${apiVersion}+json` : 'application/json';
}

interface RouteParts {
  readonly target?: RouteTarget;
  readonly apiPath: string;
  readonly accept: string;
  readonly isPage?: boolean;
}

function toRoute(
  { prefix, userAgent }: RouteBase,
  { target, apiPath, accept, isPage = false }: RouteParts,
  { query = {}, envelope, pretty }: RouteOptions,
): Route {
  const params = new URLSearchParams();
  for (const [name, value = []] of Object.entries(query)) {
    for (const item of [value].flat()) params.append(name, String(item));
  }
  if (envelope) params.set('envelope', 'true');
  if (pretty) params.set('pretty', 'true');
  return {
    method: 'GET',
    endpoint: target?.endpoint,
    noun: target?.resource.noun,
    apiPath,
    path: params.size === 0 ? prefix + apiPath : `${prefix}${apiPath}?${params}`,
    headers: ['accept', accept, 'user-agent', userAgent],
    // Not from the option alone: the query of get() may ask for an envelope too.
    mayBeEnveloped: params.get('envelope') === 'true',
    isPage,
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
