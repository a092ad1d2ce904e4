import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeWhole } from './files.js';
import { untilStopped } from './streams.js';

const formatVersion = 1;

const entrySchema = z.object({
  groupId: z.string(),
  groupName: z.string().optional(),
  clusterName: z.string(),
  clusterType: z.enum(['flex', 'dedicated']),
  clusterId: z.string().optional(),
  since: z.string(),
});
const inventorySchema = z.object({ formatVersion: z.literal(formatVersion), clusters: z.array(entrySchema) });

/** A cluster that the check watches, and since when. */
export type Entry = z.output<typeof entrySchema>;

/** The file of `--inventory`. */
export type Inventory =
  /** There is no such option, or nothing to compare with. */
  | { readonly type: 'none' }
  /** It does not exist yet. */
  | { readonly type: 'new'; readonly file: string }
  | { readonly type: 'read'; readonly file: string; readonly clusters: readonly Entry[] }
  /** It cannot be read, or is no inventory. */
  | { readonly type: 'broken'; readonly file: string; readonly failure: string };

/**
 * Reads an inventory.
 *
 * @throws the reason of `stop` if that aborts first.
 */
export function readInventory(file: string, stop: AbortSignal): Promise<Inventory> {
  return untilStopped(() => read(file), stop);
}

async function read(file: string): Promise<Inventory> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { type: 'new', file };
    const failure = `cannot be read: ${message}. Give the user of this command read and write access.`;
    return { type: 'broken', file, failure };
  }
  try {
    const { clusters } = inventorySchema.parse(JSON.parse(text));
    return { type: 'read', file, clusters };
  } catch {
    const failure = 'is not an inventory, and was left unchanged. Restore it, or delete it to start a new one.';
    return { type: 'broken', file, failure };
  }
}

/** Writes an inventory, whole or not at all. Returns what is wrong if it could not be written. */
export function writeInventory(file: string, clusters: readonly Entry[]): string | undefined {
  // Parsing puts the keys in the schema's order, so the file changes only if a cluster does.
  const inventory = inventorySchema.parse({ formatVersion, clusters });
  const failure = writeWhole(file, [`${JSON.stringify(inventory, null, 2)}\n`]);
  return failure && `could not be written: ${failure}`;
}
