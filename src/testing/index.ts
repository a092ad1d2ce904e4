/**
 * An emulator of MongoDB Atlas for tests.
 *
 * @packageDocumentation
 */
export type { AtlasEmulator } from './atlas-emulator.js';
export type {
  AtlasAccessToken,
  AtlasApiKey,
  AtlasServiceAccount,
  EmulatorCredentialOptions,
  EmulatorCredentials,
} from './credentials.js';
export type { DigestAlgorithm, DigestOptions } from './digest/options.js';
export type { ScriptedAnswer, ScriptTarget } from './faults/script.js';
export type { RecordedRequest } from './http/request-log.js';
export type { RequestKind } from './http/routes.js';
export type { AtlasEmulatorOptions } from './options.js';
export type { PagingOptions } from './snapshots/pages.js';
export type { RateLimitOptions } from './snapshots/rate-limit.js';
export type { ClusterSeed, ProjectSeed, SeedTime, SnapshotPatch, SnapshotSeed } from './snapshots/seed.js';
export type { DeprecationDates, SunsetForm } from './snapshots/sunset.js';
export { startAtlasEmulator } from './start.js';
export type { TokenOptions } from './tokens/service-account.js';
