import { type Entry, type Inventory, readInventory, writeInventory } from './inventory-file.js';
import { covers, type Pattern, readPattern } from './patterns.js';
import { nameOf, unusedOf } from './problems.js';
import type { Run } from './streams.js';
import { printable } from './text.js';

export const forgetUsage = `Usage: atlas-tenant-snapshots forget FILE PROJECT/CLUSTER...

Takes clusters out of FILE, an inventory that check --inventory has written, and prints them. Sends Atlas no request. A check that
still finds such a cluster adds it again.

  --help       Print this text.
  --version    Print the version.

PROJECT is the name in FILE, or the ID. In names, * stands for any characters: "Web Shop/test-*".

Exit code: 0, or 3 if FILE cannot be read or written or is no inventory, or if a pattern matches no cluster in it. FILE is then
left as it is.
`;

/** Takes the clusters that match these patterns out of an inventory. */
export function forget([file, ...texts]: readonly string[]): Run {
  if (file === undefined || texts.length === 0) {
    throw new Error('forget needs an inventory and a cluster, such as inventory.json "Web Shop/carts".');
  }
  const patterns = texts.map((text) => readPattern('The cluster', text));
  return async ({ stdout, stderr }, stop) => {
    const result = takeOut(await readInventory(file, stop), patterns);
    if (typeof result === 'string') {
      stderr.write(`${printable(`${file} ${result}`)}\n`);
      return 3;
    }
    for (const entry of result) {
      stdout.write(`${printable(`${nameOf(entry)}: watched since ${entry.since.slice(0, 10)}, now forgotten.`)}\n`);
    }
    return 0;
  };
}

/** Returns the clusters that the patterns have taken out, or says why the file is left as it is. */
function takeOut(inventory: Inventory, patterns: readonly Pattern[]): readonly Entry[] | string {
  if (inventory.type === 'broken') return inventory.failure;
  if (inventory.type !== 'read') return 'does not exist.';
  const { file, clusters } = inventory;
  const unused = unusedOf(patterns, clusters);
  if (unused.length > 0) return `is left as it is, because no cluster in it matches ${unused.join(', ')}.`;
  const isForgotten = (entry: Entry) => patterns.some((pattern) => covers(pattern, entry));
  const failure = writeInventory(
    file,
    clusters.filter((entry) => !isForgotten(entry)),
  );
  return failure ?? clusters.filter(isForgotten);
}
