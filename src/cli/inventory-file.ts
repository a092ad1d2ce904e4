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
export type Inventory = ReadInventory | EmptyInventory | BrokenInventory;

interface ReadInventory {
  readonly status: 'read';
  readonly file: string;
  readonly text: string;
  readonly entries: readonly Entry[];
}

/**
 * A file that is missing, or has no line. Whoever means that a cluster has gone deletes its line, so a file without any is more
 * likely one that was lost.
 */
interface EmptyInventory {
  readonly status: 'empty';
  readonly file: string;
}

/** A file that cannot be read, or is no inventory. It is left as it is. */
interface BrokenInventory {
  readonly status: 'broken';
  readonly file: string;
  /** What is wrong with it, without its name. */
  readonly why: string;
}

/** Reads an inventory. Waits for a writer if the file is a named pipe. */
export async function readInventory(file: string): Promise<Inventory> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
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

/**
 * Writes an inventory, whole or not at all, if it has changed.
 *
 * @param before - what was read of the file.
 * @returns what is wrong with the file, without its name, if it could not be written.
 */
export function writeInventory(before: ReadInventory | EmptyInventory, entries: readonly Entry[]): string | undefined {
  const lines = entries.map((entry) => `${JSON.stringify(entrySchema.parse(entry))}\n`);
  const text = lines.sort().join('');
  if (before.status === 'read' && before.text === text) return undefined;
  const failure = writeWhole(before.file, text);
  return failure === undefined ? undefined : `could not be written: ${failure}`;
}
