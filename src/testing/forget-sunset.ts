/**
 * Makes the clients of this process forget that the tenant endpoint is gone at this base URL. They remember it per URL,
 * but a new emulator may get an old one's port, and a test may end a sunset.
 */
export function forgetSunset(url: string): void {
  const memory: unknown = Reflect.get(globalThis, Symbol.for('atlas-tenant-snapshots.sunset'));
  if (typeof memory !== 'object' || memory === null || !('gone' in memory)) return;
  if (!(memory.gone instanceof Set)) return;
  // A client may use either name of the host.
  memory.gone.delete(url);
  memory.gone.delete(url.replace('127.0.0.1', 'localhost'));
}
