import { AtlasConfigurationError, TenantSnapshotsClient } from '../../src/index.js';

/** The message of the AtlasConfigurationError that the constructor throws for these options. */
export function optionsError(options: unknown): string {
  try {
    // As a caller without types may.
    new TenantSnapshotsClient(options as never);
  } catch (error) {
    if (error instanceof AtlasConfigurationError) return error.message;
    throw error;
  }
  throw new Error('The options are valid');
}
