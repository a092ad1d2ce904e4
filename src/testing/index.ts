/**
 * An emulator of MongoDB Atlas for tests.
 *
 * @packageDocumentation
 */

export type { AtlasEmulator } from './atlas-emulator.js';
export type { AtlasEmulatorOptions } from './options.js';
export { startAtlasEmulator } from './start.js';
