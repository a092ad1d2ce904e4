/**
 * An emulator of MongoDB Atlas for tests.
 *
 * @packageDocumentation
 */

export type { PagingOptions } from './api/pages.js';
export type { RateLimitOptions } from './api/rate-limit.js';
export type {
  ClusterSeed,
  PolicyItemSeed,
  ProjectSeed,
  SeedTime,
  SnapshotPatch,
  SnapshotSeed,
} from './api/seed.js';
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
export { startAtlasEmulator } from './start.js';
export type { TokenOptions } from './tokens/service-account.js';
