import type { z } from 'zod';
import { compiled, isObject, listPageSchema } from '../atlas/schemas.js';
import type { ItemTarget, Target } from '../atlas/target.js';
import type { Call } from './call.js';
import type { Outcome } from './outcome.js';
import { type Page, readAll } from './pages.js';
import { request } from './request.js';
import { collectItems, invalid, type Parsed, parseEach, parseWith } from './standard-schema.js';

/** Reads one item whose schema the client knows, such as a snapshot. */
export function readItem<T extends { id?: unknown }>(target: ItemTarget<T>, call: Call): Promise<Outcome<T>> {
  const parse = (json: unknown) => compiled(target.schema).safeParse(json);
  return request({ target, parse, isEmpty: ({ id }) => id === undefined }, call);
}

/** Reads a list of such items. */
export function readItems<T>(target: ItemTarget<T>, call: Call): Promise<Outcome<T[]>> {
  const parseItems = (items: readonly unknown[]) => collectItems(parsedOneByOne(compiled(target.schema), items));
  const parse = (json: unknown) => parsePage(json, parseItems);
  return readAll({ target, parse, isEmpty: ({ items }) => items.length === 0 }, call);
}

/** Reads a path that the caller chose. */
export function readPath(target: Target, call: Call): Promise<Outcome<unknown>> {
  const { schema } = call.settings;
  const parse = (json: unknown) =>
    schema === undefined ? { success: true as const, data: json } : parseWith(schema, json);
  return request({ target, parse }, call);
}

/** Reads a list at a path that the caller chose. */
export function readPathList(target: Target, call: Call): Promise<Outcome<unknown[]>> {
  const { schema } = call.settings;
  const parseItems = (items: readonly unknown[]) =>
    schema === undefined ? { success: true as const, data: items } : parseEach(schema, items);
  return readAll({ target, parse: (json) => parsePage(json, parseItems) }, call);
}

/** Parses each item when it is asked for, so that a list stops at its first invalid item. */
function* parsedOneByOne<T>(schema: z.ZodType<T>, items: readonly unknown[]): Iterable<Parsed<T>> {
  for (const item of items) yield schema.safeParse(item);
}

function parsePage<T>(
  json: unknown,
  parseItems: (items: readonly unknown[]) => Parsed<readonly T[]> | Promise<Parsed<readonly T[]>>,
): Parsed<Page<T>> | Promise<Parsed<Page<T>>> {
  const body = isObject(json) ? json : {};
  const parsed = compiled(listPageSchema).safeParse(body);
  if (!parsed.success) return parsed;
  // A list with an error may be incomplete.
  if (body['error'] != null || body['errorCode'] != null) return invalid('the body has results, but also an error');
  const { results: sent, totalCount, links = [] } = parsed.data;
  const hasNextLink = links.some(({ rel }) => rel === 'next');
  const toPage = (items: Parsed<readonly T[]>): Parsed<Page<T>> =>
    items.success ? { success: true, data: { items: items.data, sent, totalCount, hasNextLink } } : items;
  const items = parseItems(sent);
  return 'then' in items ? items.then(toPage) : toPage(items);
}
