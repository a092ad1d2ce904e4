import type { Authenticator } from '../auth/authenticator.js';
import { bearerLogin, providerLogin } from '../auth/bearer.js';
import { DigestAuthenticator } from '../auth/digest.js';
import { ServiceAccount } from '../auth/service-account.js';
import type { ClientSettings } from '../config/client-options.js';
import type { Transport } from '../http/transport.js';

/** Creates the login for the credentials of a client. */
export function createAuthenticator(settings: ClientSettings, transport: Transport): Authenticator {
  const { credentials } = settings;
  if ('publicKey' in credentials) return new DigestAuthenticator(credentials);
  if ('clientId' in credentials) return new ServiceAccount(credentials, transport, settings);
  const { accessToken } = credentials;
  return typeof accessToken === 'string' ? bearerLogin(accessToken) : providerLogin(accessToken);
}
