import type { Authenticator } from '../auth/authenticator.js';
import { functionBearer, staticBearer } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import { SharedToken } from '../auth/service-account/token-store.js';
import { Lifetime } from '../call/call.js';
import type { ClientContext } from '../call/plan.js';
import { Sunset } from '../call/sunset.js';
import { Transport } from '../http/transport.js';
import type { Settings } from './resolve-options.js';

/** Creates what the calls of a client share. */
export function openContext(settings: Settings): ClientContext {
  const { origin, dispatcher, proxy, routeBase, defaults } = settings;
  const transport = new Transport({ origin, dispatcher, proxy, attemptTimeout: defaults.attemptTimeout });
  return {
    routeBase,
    transport,
    authenticator: createAuthenticator(settings, transport),
    sunset: new Sunset(),
    lifetime: new Lifetime(),
  };
}

/** Ends the calls of a client, and closes what they share. */
export async function closeContext({ lifetime, authenticator, transport }: ClientContext): Promise<void> {
  await lifetime.close();
  await authenticator.close?.();
  await transport.close();
}

function createAuthenticator(settings: Settings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, routeBase, defaults } = settings;
  if (credentials.publicKey !== undefined) {
    return new DigestAuthenticator({ username: credentials.publicKey, password: credentials.privateKey });
  }
  if (credentials.accessToken !== undefined) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? staticBearer(accessToken) : functionBearer(accessToken);
  }
  const endpoint = new TokenEndpoint(transport, defaults, routeBase, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${routeBase.prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}
