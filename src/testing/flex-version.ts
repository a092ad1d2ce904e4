import { atlasError } from './atlas-error.js';
import type { ReceivedRequest } from './received-request.js';
import type { Reply } from './reply.js';

const FIRST_VERSION = '2024-11-13';

export const FLEX_MEDIA_TYPE = `application/vnd.atlas.${FIRST_VERSION}+json`;

/** Flex answers only to an `Accept` that names a version of the API at or past its first. */
export function refuseVersion(request: ReceivedRequest): Reply | undefined {
  const accept = request.headers['accept'] ?? '';
  const version = /application\/vnd\.atlas\.(\d{4}-\d{2}-\d{2})\+json/i.exec(accept)?.[1];
  if (version !== undefined && version >= FIRST_VERSION) return undefined;
  const detail = `The Accept header ${accept} names no version of this resource; ${FLEX_MEDIA_TYPE} does.`;
  return atlasError(406, { detail, parameters: [accept] });
}
