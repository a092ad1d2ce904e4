import { atlasError, noRoute } from './atlas-error.js';
import type { ReceivedRequest } from './received-request.js';
import type { Reply } from './reply.js';
import { parseSnapshotPath } from './routes.js';

/**
 * How the tenant endpoint is gone: `gone` is 410 `VERSION_GONE`; `not-found-html` and `method-not-allowed` are a
 * gateway's 404 and 405, whose body is no error of Atlas's; `no-route` is 404 `RESOURCE_NOT_FOUND` for the path;
 * `flex-cluster` is 400 `CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API`.
 */
export type SunsetForm = 'gone' | 'not-found-html' | 'method-not-allowed' | 'no-route' | 'flex-cluster';

function gatewayPage(title: string): string {
  return `<html><head><title>${title}</title></head><body><h1>${title}</h1></body></html>`;
}

const ANSWERS: Readonly<Record<SunsetForm, (request: ReceivedRequest) => Reply>> = {
  gone: () => atlasError(410, { detail: 'The requested version of this resource is past its sunset date.' }),
  'not-found-html': () => ({ status: 404, content: gatewayPage('404 Not Found') }),
  'method-not-allowed': () => ({
    status: 405,
    headers: { allow: 'OPTIONS' },
    content: gatewayPage('405 Method Not Allowed'),
  }),
  'no-route': (request) => noRoute(request.path),
  'flex-cluster': (request) => {
    const name = parseSnapshotPath(request.path)?.clusterName ?? '';
    const detail = `Flex cluster ${name} cannot be used in the Cluster API.`;
    return atlasError(400, { errorCode: 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API', detail, parameters: [name] });
  },
};

/** The name of each form. */
export const SUNSET_FORMS: readonly string[] = Object.keys(ANSWERS);

export function answerSunset(form: SunsetForm, request: ReceivedRequest): Reply {
  return ANSWERS[form](request);
}

/** Dates of an endpoint's end. */
export interface DeprecationDates {
  /** Sent as `Deprecation: @…` (RFC 9745). */
  deprecation?: Date | undefined;
  /** Sent as `Sunset: …` (RFC 8594). */
  sunset?: Date | undefined;
}

export function deprecationHeaders({ deprecation, sunset }: DeprecationDates): Record<string, string> {
  const headers: Record<string, string> = {};
  if (deprecation !== undefined) headers['deprecation'] = `@${Math.floor(deprecation.getTime() / 1000)}`;
  if (sunset !== undefined) headers['sunset'] = sunset.toUTCString();
  return headers;
}
