import type { ExchangeLimits } from '../http/exchange.js';
import type { Transport } from '../http/transport.js';
import type { AtlasCredentials, Authenticator } from './authenticator.js';
import { bearerLogin } from './bearer.js';
import { DigestAuthenticator } from './digest/authenticator.js';
import { SharedToken, type TokenStore } from './service-account/access-token.js';
import { ServiceAccount } from './service-account/service-account.js';
import { TokenEndpoint } from './service-account/token-endpoint.js';

/** The options of a client on which its login depends. */
interface LoginSettings extends ExchangeLimits {
  readonly credentials: AtlasCredentials;
  readonly tokenStore?: TokenStore | undefined;
  readonly origin: string;
  readonly prefix: string;
  readonly userAgent: string;
}

/** Creates the login for the credentials. */
export function createAuthenticator(settings: LoginSettings, transport: Transport): Authenticator {
  const { credentials, tokenStore, origin, prefix } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('accessToken' in credentials) return bearerLogin(credentials.accessToken);
  const endpoint = new TokenEndpoint(transport, settings, credentials);
  const key = `atlas-tenant-snapshots:token:${origin}${prefix}:${credentials.clientId}`;
  return new ServiceAccount(endpoint, tokenStore && new SharedToken(tokenStore, key));
}
