import type { Authenticator } from './auth/authenticator.js';
import { FunctionBearer, StaticBearer } from './auth/bearer.js';
import { DigestAuthenticator } from './auth/digest/authenticator.js';
import { ServiceAccount } from './auth/service-account.js';
import { TokenRequest } from './auth/token-request.js';
import { TokenCache } from './auth/token-store.js';
import type { Transport } from './http/transport.js';
import type { Settings } from './read-options.js';
import type { RouteBase } from './route.js';

/** The way to log in that a client's credentials ask for. */
export function createAuthenticator(settings: Settings, transport: Transport, base: RouteBase): Authenticator {
  const { credentials, baseUrl } = settings;
  if (credentials.publicKey !== undefined) {
    return new DigestAuthenticator({ username: credentials.publicKey, password: credentials.privateKey });
  }
  if (credentials.accessToken !== undefined) {
    const { accessToken } = credentials;
    return typeof accessToken === 'string' ? new StaticBearer(accessToken) : new FunctionBearer(accessToken);
  }
  const { clientId, tokenStore } = credentials;
  const request = new TokenRequest(transport, settings, base, credentials);
  const key = `atlas-tenant-snapshots:token:${baseUrl.origin}${base.prefix}:${clientId}`;
  const cache = tokenStore && new TokenCache(tokenStore, key);
  return new ServiceAccount(() => request.send(), cache, request.secrets);
}
