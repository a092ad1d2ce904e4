/**
 * Lets the clients of this process forget that the tenant endpoint was gone here. They remember it for each base URL,
 * and a port may be given out again, or an emulator be brought back from its sunset.
 */
export function forgetSunset(url: string): void {
  const memory: unknown = Reflect.get(globalThis, Symbol.for('atlas-tenant-snapshots.sunset'));
  if (typeof memory !== 'object' || memory === null || !('gone' in memory)) return;
  if (!(memory.gone instanceof Set)) return;
  // A client may know the emulator by either name.
  memory.gone.delete(url);
  memory.gone.delete(url.replace('127.0.0.1', 'localhost'));
}
