import { AtlasConfigurationError, TenantSnapshotsClient } from '../../src/index.js';

/** The message of the error that options make of the constructor. */
export function optionsError(options: unknown): string {
  try {
    // Options of any type, as a caller without types may pass them.
    new TenantSnapshotsClient(options as never);
  } catch (error) {
    if (error instanceof AtlasConfigurationError) return error.message;
    throw error;
  }
  throw new Error('The options are taken');
}
