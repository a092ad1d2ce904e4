import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { writeWhole } from './files.js';

// A line of the file has the keys in this order.
const entrySchema = z.object({
  groupId: z.string(),
  groupName: z.string().optional(),
  clusterName: z.string(),
  clusterType: z.enum(['flex', 'dedicated']),
  clusterId: z.string().optional(),
  since: z.iso.datetime({ offset: true }),
});

/** A cluster that the check watches, and since when. */
export type Entry = z.output<typeof entrySchema>;

/** The file of `--inventory`. */
export interface Inventory {
  readonly file: string;
  /** Undefined if it is missing or has no line. */
  readonly text?: string;
  readonly entries: readonly Entry[];
  /** Why it is no inventory. It is then left as it is. */
  readonly failure?: string;
}

/** Reads an inventory. Waits for a writer if the file is a named pipe. */
export async function readInventory(file: string): Promise<Inventory> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { file, entries: [] };
    const failure = `cannot be read: ${message}. Give the user of this command read and write access.`;
    return { file, entries: [], failure };
  }
  const lines = text.split('\n').map((line) => (line.trim() === '' ? [] : readLine(line)));
  const odd = lines.indexOf(undefined);
  if (odd >= 0) {
    const failure = `was left as it is: line ${odd + 1} is not a cluster of an inventory. Correct it, or restore the file.`;
    return { file, entries: [], failure };
  }
  const entries = lines.flatMap((entry) => entry ?? []);
  // Whoever means that a cluster has gone deletes its line, so an empty file is more likely one that was lost.
  return entries.length === 0 ? { file, entries } : { file, text, entries };
}

/** Returns undefined if the line is none of an inventory. */
function readLine(line: string): Entry | undefined {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Writes an inventory, whole or not at all, if it has changed. Returns what is wrong if it could not be written. */
export function writeInventory({ file, text }: Inventory, entries: readonly Entry[]): string | undefined {
  const lines = entries.map((entry) => `${JSON.stringify(entrySchema.parse(entry))}\n`);
  const next = lines.sort().join('');
  if (next === text) return undefined;
  const failure = writeWhole(file, next);
  return failure && `could not be written: ${failure}`;
}
