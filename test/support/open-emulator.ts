import { onTestFinished } from 'vitest';
import { type AtlasEmulator, type AtlasEmulatorOptions, startAtlasEmulator } from '../../src/testing/index.js';

/** An emulator that is closed after the test. */
export async function openEmulator(options?: AtlasEmulatorOptions): Promise<AtlasEmulator> {
  const emulator = await startAtlasEmulator(options);
  onTestFinished(() => emulator.close());
  return emulator;
}

/** The variables that point a client to the emulator, with a service account. */
export function environmentOf({ url, credentials }: AtlasEmulator) {
  const { clientId, clientSecret } = credentials.serviceAccount;
  return {
    MONGODB_ATLAS_BASE_URL: url,
    MONGODB_ATLAS_CLIENT_ID: clientId,
    MONGODB_ATLAS_CLIENT_SECRET: clientSecret,
  };
}
