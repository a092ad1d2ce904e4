import type { ProjectStore } from './api/store.js';
import type { AtlasEmulatorOptions } from './atlas-emulator.js';
import type { RecordedRequest } from './http/request.js';
import type { Digest } from './login/digest.js';
import type { Tokens } from './login/tokens.js';
import type { Script } from './script.js';

/** The state of an emulator: what its methods change, and its requests read. */
export interface Emulator {
  readonly options: AtlasEmulatorOptions;
  readonly requests: RecordedRequest[];
  readonly script: Script;
  readonly digest: Digest;
  readonly tokens: Tokens;
  readonly store: ProjectStore;
  /** Whether the tenant endpoint is retired. If not, it serves the snapshots that the Flex endpoint has. */
  isTenantGone: boolean;
  isClosed: boolean;
}
