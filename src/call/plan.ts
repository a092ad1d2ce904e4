import { z } from 'zod';
import type { EndpointChoice, EndpointName, PathValues, Resource } from '../atlas/endpoints.js';
import {
  type Route,
  type RouteBase,
  type RouteOptions,
  routeToItem,
  routeToPage,
  routeToPath,
  routeToPathPage,
} from '../atlas/route.js';
import { compiled, isObject, type ListPage, listPageSchema } from '../atlas/schemas.js';
import type { Authenticator } from '../auth/authenticator.js';
import type { ExchangeLimits } from '../http/exchange.js';
import type { Transport } from '../http/transport.js';
import type { CallBounds, Lifetime } from './call.js';
import type { Page } from './pages.js';
import { type Parsed, parseEach, parseWith, type StandardSchema } from './standard-schema.js';
import type { Sunset } from './sunset.js';

/** What the calls of a client share. */
export interface ClientContext {
  readonly routeBase: RouteBase;
  readonly transport: Transport;
  readonly authenticator: Authenticator;
  readonly sunset: Sunset;
  readonly lifetime: Lifetime;
}

/** The options of one call, with the client's defaults. */
export interface CallSettings extends CallBounds, ExchangeLimits, RouteOptions {
  readonly maxRetries: number;
  readonly endpoint: EndpointChoice;
}

/** What a method reads: an item of a resource, or all of them. */
export interface Read<T> {
  readonly resource: Resource<T>;
  readonly values: PathValues;
  readonly settings: CallSettings;
}

/** What a method reads at a path that the caller chose. */
export interface PathRead {
  readonly path: string;
  /** Checks the body, or each item of a list. */
  readonly schema: StandardSchema<unknown> | undefined;
  readonly settings: CallSettings;
}

/** One request of a call, with everything that decides how it is made and what its response means. */
export interface Plan<T> {
  readonly route: Route;
  /** Names the cluster among all projects; absent for a path that the caller chose. */
  readonly cluster?: string;
  /** The fallback to the Flex endpoint; absent if the call must not fall back. */
  readonly flex?: FlexFallback<T> | undefined;
  readonly parse: (json: unknown) => Parsed<T> | Promise<Parsed<T>>;
  readonly settings: CallSettings;
  /** What else helps if the body is too large. */
  readonly largeBodyAdvice?: string;
}

interface FlexFallback<T> {
  readonly toRoute: () => Route;
  /** Whether the tenant endpoint may return this for a Flex cluster. */
  readonly mayBeFlex: (data: T) => boolean;
}

/** Plans the request for one item. */
export function planItem<T>(context: ClientContext, read: Read<T>): Plan<T> {
  const { resource, values, settings } = read;
  return planRead(context, read, {
    routeAt: (endpoint) => routeToItem(context.routeBase, { resource, endpoint, values }, settings),
    mayBeFlex: () => false,
    parse: (json) => compiled(resource.itemSchema).safeParse(json),
  });
}

/** Plans the request for one page of a list. */
export function planPage<T>(context: ClientContext, read: Read<T>, pageNum: number): Plan<Page<T>> {
  const { resource, values, settings } = read;
  return planRead(context, read, {
    routeAt: (endpoint) => routeToPage(context.routeBase, { resource, endpoint, values }, settings, pageNum),
    // A later page may be empty although the list is not.
    mayBeFlex: ({ items }) => pageNum === 1 && items.length === 0,
    parse: (json) => {
      const parsed = compiled(resource.pageSchema).safeParse(json);
      return parsed.success ? { success: true, data: toPage(parsed.data, json) } : parsed;
    },
  });
}

interface RequestParts<T> extends Pick<Plan<T>, 'parse'> {
  readonly routeAt: (endpoint: EndpointName) => Route;
  readonly mayBeFlex: (data: T) => boolean;
}

function planRead<T>(
  { sunset }: ClientContext,
  { resource, values, settings }: Read<unknown>,
  { routeAt, mayBeFlex, parse }: RequestParts<T>,
): Plan<T> {
  const cluster = `${values.groupId}/${values.clusterName}`;
  const choice = resource.tenant === undefined ? 'flex' : settings.endpoint;
  const endpoint = choice === 'auto' ? sunset.firstEndpoint(cluster) : choice;
  const mayFallBack = choice === 'auto' && endpoint === 'tenant';
  const flex = mayFallBack ? { toRoute: () => routeAt('flex'), mayBeFlex } : undefined;
  return { route: routeAt(endpoint), cluster, flex, parse, settings };
}

/** Plans the request for a path that the caller chose. */
export function planPath({ routeBase }: ClientContext, { path, schema, settings }: PathRead): Plan<unknown> {
  const parse = (json: unknown) =>
    schema === undefined ? { success: true as const, data: json } : parseWith(schema, json);
  return { route: routeToPath(routeBase, path, settings), parse, settings };
}

/** Plans the request for one page of a list at a path that the caller chose. */
export function planPathPage(
  { routeBase }: ClientContext,
  { path, schema, settings }: PathRead,
  pageNum: number,
): Plan<Page<unknown>> {
  return {
    route: routeToPathPage(routeBase, path, settings, pageNum),
    parse: (json) => parsePage(json, schema),
    settings,
    largeBodyAdvice: 'or set itemsPerPage in the query to a lower number',
  };
}

const anyPage = listPageSchema(z.unknown());

function parsePage(
  json: unknown,
  schema: StandardSchema<unknown> | undefined,
): Parsed<Page<unknown>> | Promise<Parsed<Page<unknown>>> {
  if (!isObject(json) || !Array.isArray(json['results'])) {
    const message = 'the body has no results array, so this is not a list (use get() for it)';
    return { success: false, error: { issues: [{ path: ['results'], message }] } };
  }
  const parsed = anyPage.safeParse(json);
  if (!parsed.success) return parsed;
  const page = toPage(parsed.data, json);
  return schema === undefined ? { success: true, data: page } : parseItems(page, schema);
}

async function parseItems(page: Page<unknown>, schema: StandardSchema<unknown>): Promise<Parsed<Page<unknown>>> {
  const items = await parseEach(schema, page.items);
  return items.success ? { success: true, data: { ...page, items: items.data } } : items;
}

function toPage<T>({ results, totalCount, links = [] }: ListPage<T>, json: unknown): Page<T> {
  // The schema has found this array.
  const { results: sent } = json as { results: unknown[] };
  return { items: results, sent, totalCount, hasNextLink: links.some(({ rel }) => rel === 'next') };
}
