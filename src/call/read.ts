import type { z } from 'zod';
import { compiled, isObject, listPageSchema } from '../atlas/schemas.js';
import { type SnapshotArguments, snapshotTarget, tenantSnapshotSchema } from '../atlas/snapshots.js';
import { listTarget, pathTarget, type Target } from '../atlas/target.js';
import type { CallSettings } from './call.js';
import { collectItems, invalid, type Parsed, parseEach, parseWith } from './standard-schema.js';

/** What a method reads: where, and how to understand the body. */
export interface Read<T> {
  readonly target: Target;
  readonly parse: (json: unknown) => Parsed<T> | Promise<Parsed<T>>;
  /** Whether data from the fallback counts as missing, such as an empty list. Default: it never does. */
  readonly isEmpty?: (data: T) => boolean;
}

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[];
  /** The items as Atlas sent them. */
  readonly sent: readonly unknown[];
  /** An estimate, according to MongoDB's API specification. */
  readonly totalCount: number | undefined;
  readonly hasNextLink: boolean;
}

/** Reads one snapshot. */
export function snapshotRead(args: SnapshotArguments, settings: CallSettings) {
  return itemRead(snapshotTarget(args, settings), tenantSnapshotSchema);
}

/** Reads the snapshots of a cluster. */
export function snapshotsRead(args: SnapshotArguments, settings: CallSettings) {
  return itemsRead(snapshotTarget(args, settings), tenantSnapshotSchema);
}

/** Reads a path that the caller chose. */
export function pathRead({ path }: { readonly path: string }, settings: CallSettings): Read<unknown> {
  const { schema } = settings;
  return {
    target: pathTarget(path, settings),
    parse: (json) => (schema === undefined ? { success: true, data: json } : parseWith(schema, json)),
  };
}

/** Reads a list at a path that the caller chose. */
export function listRead({ path }: { readonly path: string }, settings: CallSettings): Read<Page<unknown>> {
  const { schema } = settings;
  return {
    target: listTarget(path, settings),
    parse: (json) =>
      parsePage(json, (items) => (schema === undefined ? { success: true, data: items } : parseEach(schema, items))),
  };
}

function itemRead<T extends { id?: string | undefined }>(target: Target, schema: z.ZodType<T>): Read<T> {
  return { target, parse: (json) => compiled(schema).safeParse(json), isEmpty: ({ id }) => id === undefined };
}

function itemsRead<T>(target: Target, schema: z.ZodType<T>): Read<Page<T>> {
  const parseItems = (items: readonly unknown[]) => collectItems(parsedOneByOne(compiled(schema), items));
  return { target, parse: (json) => parsePage(json, parseItems), isEmpty: ({ items }) => items.length === 0 };
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
