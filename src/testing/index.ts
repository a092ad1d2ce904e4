/**
 * An emulator of MongoDB Atlas for tests.
 *
 * @packageDocumentation
 */

export type { ClusterSeed, PolicyItemSeed, RestoreJobSeed, SnapshotSeed } from './api/seed.js';
export type { AtlasEmulator, AtlasEmulatorOptions } from './atlas-emulator.js';
export type { RecordedRequest } from './http/request.js';
export type { EmulatorCredentialOptions, EmulatorCredentials } from './login/credentials.js';
export type { ScriptedAnswer } from './script.js';
export { startAtlasEmulator } from './start.js';
