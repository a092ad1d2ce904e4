import { onTestFinished } from 'vitest';
import { type AtlasEmulator, type AtlasEmulatorOptions, startAtlasEmulator } from '../../src/testing/index.js';

/** An emulator that is closed after the test. */
export async function openEmulator(options?: AtlasEmulatorOptions): Promise<AtlasEmulator> {
  const emulator = await startAtlasEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}
