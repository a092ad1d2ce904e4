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

/**
 * What was read of an inventory. It is empty if its file is missing or has no line: whoever means that a cluster has gone deletes its
 * line, so a file without any is more likely one that was lost. It is broken if its file cannot be read or has an odd line, which `why`
 * says; then it is left as it is.
 */
export type Inventory =
  | { readonly status: 'read'; readonly file: string; readonly text: string; readonly entries: readonly Entry[] }
  | { readonly status: 'empty'; readonly file: string }
  | { readonly status: 'broken'; readonly file: string; readonly why: string };

/** Reads an inventory. Waits for a writer if the file is a named pipe. */
export async function readInventory(file: string): Promise<Inventory> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    // The file system throws nothing else.
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return { status: 'empty', file };
    const why = `cannot be read: ${message}. Give the user of this command read and write access.`;
    return { status: 'broken', file, why };
  }
  const entries: Entry[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const entry = readLine(line);
    if (entry === undefined) {
      const why = `was left as it is: line ${index + 1} is not a cluster of an inventory. Correct it, or restore the file.`;
      return { status: 'broken', file, why };
    }
    entries.push(entry);
  }
  return entries.length > 0 ? { status: 'read', file, text, entries } : { status: 'empty', file };
}

/** Returns undefined if the line is not one of an inventory. */
function readLine(line: string): Entry | undefined {
  try {
    return entrySchema.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** Writes an inventory, whole or not at all, if that changes its text. If that fails, says why. */
export function writeInventory(file: string, entries: readonly Entry[], textBefore?: string): string | undefined {
  const lines = entries.map((entry) => `${JSON.stringify(entrySchema.parse(entry))}\n`);
  const text = lines.sort().join('');
  if (text === textBefore) return undefined;
  const failure = writeWhole(file, text);
  return failure === undefined ? undefined : `could not be written: ${failure}`;
}
