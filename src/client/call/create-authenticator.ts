import type { Authenticator } from '../auth/authenticator.js';
import { bearerLogin } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest/authenticator.js';
import { SharedToken } from '../auth/service-account/access-token.js';
import { ServiceAccount } from '../auth/service-account/service-account.js';
import { TokenEndpoint } from '../auth/service-account/token-endpoint.js';
import type { ClientSettings } from '../config/client-options.js';
import type { Transport } from '../http/transport.js';

/** Creates the login for the credentials of a client. */
export function createAuthenticator(settings: ClientSettings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, prefix } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('accessToken' in credentials) return bearerLogin(credentials.accessToken);
  const endpoint = new TokenEndpoint(transport, settings, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}
