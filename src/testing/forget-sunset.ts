/**
 * Makes the clients in this process forget what they learned about the endpoints at a URL. A port may be reused by another
 * emulator, and an emulator may bring its tenant endpoint back.
 */
export function forgetSunset(url: string): void {
  const memory: unknown = Reflect.get(globalThis, Symbol.for('atlas-tenant-snapshots.sunset'));
  if (typeof memory !== 'object' || memory === null || !('flexOnly' in memory)) return;
  if (!(memory.flexOnly instanceof Set)) return;
  // A client may have used either name of the loopback host. Entries are URLs, or a URL, a space and a cluster.
  const urls = [url, url.replace('127.0.0.1', 'localhost')];
  for (const entry of memory.flexOnly)
    if (urls.includes(String(entry).split(' ')[0] ?? '')) memory.flexOnly.delete(entry);
}
