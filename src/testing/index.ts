/**
 * An emulator of MongoDB Atlas for tests: one import and one `baseUrl`.
 *
 * @packageDocumentation
 */
export type { AtlasEmulator } from './atlas-emulator.js';
export type { AtlasAccessToken, AtlasApiKey, AtlasServiceAccount, EmulatorCredentials } from './credentials.js';
export type { DigestAlgorithm, DigestOptions } from './digest/options.js';
export type { TokenOptions } from './oauth/options.js';
export type { AtlasEmulatorOptions, EmulatorCredentialOptions, PagingOptions } from './options.js';
export type { RateLimitOptions } from './rate-limit.js';
export type { RequestKind } from './received-request.js';
export type { RecordedRequest } from './request-log.js';
export type { ScriptedAnswer, ScriptTarget } from './script.js';
export type { ClusterSeed, SeedTime, SnapshotPatch, SnapshotSeed } from './snapshots.js';
export { startAtlasEmulator } from './start.js';
export type { DeprecationDates, SunsetForm } from './sunset.js';
