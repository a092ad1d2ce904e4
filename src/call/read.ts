import { z } from 'zod';
import {
  compiled,
  isObject,
  type ListPage,
  listPageSchema,
  type TenantSnapshot,
  tenantSnapshotSchema,
} from '../atlas/schemas.js';
import { listTarget, pathTarget, type SnapshotArguments, snapshotTarget, type Target } from '../atlas/target.js';
import type { CallSettings } from './call.js';
import { invalid, type Parsed, parseEach, parseWith, type StandardSchema } from './standard-schema.js';

/** What a method reads: where, and how to understand the body. */
export interface Read<T> {
  readonly target: Target;
  readonly parse: (json: unknown) => Parsed<T> | Promise<Parsed<T>>;
  /** Whether another endpoint has just accepted the login. */
  readonly isFallback?: boolean;
  /** Whether a result of the fallback says nothing. Default: it never does. */
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
export function snapshotRead(args: SnapshotArguments, settings: CallSettings): Read<TenantSnapshot> {
  return {
    target: snapshotTarget(args, settings),
    parse: (json) => compiled(tenantSnapshotSchema).safeParse(json),
  };
}

/** Reads the snapshots of a cluster. */
export function snapshotsRead(args: SnapshotArguments, settings: CallSettings): Read<Page<TenantSnapshot>> {
  return {
    target: snapshotTarget(args, settings),
    parse: (json) => parsePage(json, snapshotPageSchema),
    isEmpty: ({ items }) => items.length === 0,
  };
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
    parse: (json) => {
      const page = parsePage(json, anyPageSchema);
      return schema === undefined || !page.success ? page : parseItems(page.data, schema);
    },
  };
}

const snapshotPageSchema = listPageSchema(tenantSnapshotSchema, 'must be an array');
const anyPageSchema = listPageSchema(z.unknown(), 'must be an array, or this is not a list');

function parsePage<T>(json: unknown, schema: z.ZodType<ListPage<T>>): Parsed<Page<T>> {
  const body = isObject(json) ? json : {};
  const parsed = compiled(schema).safeParse(body);
  if (!parsed.success) return parsed;
  // A list with an error may be incomplete.
  const error = body['error'] ?? body['errorCode'] ?? undefined;
  if (error !== undefined) return invalid('the body has results, but also an error');
  const { results, totalCount, links = [] } = parsed.data;
  // The schema has found this array.
  const sent = body['results'] as unknown[];
  return {
    success: true,
    data: { items: results, sent, totalCount, hasNextLink: links.some(({ rel }) => rel === 'next') },
  };
}

async function parseItems(page: Page<unknown>, schema: StandardSchema<unknown>): Promise<Parsed<Page<unknown>>> {
  const items = await parseEach(schema, page.items);
  return items.success ? { success: true, data: { ...page, items: items.data } } : items;
}
