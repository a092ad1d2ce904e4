import { version } from './version.js';

/** @param first - what the user of this package puts before its name. */
export function formatUserAgent(first: string | undefined): string {
  const own = `atlas-tenant-snapshots/${version} node/${process.versions.node}`;
  return first ? `${first} ${own}` : own;
}
