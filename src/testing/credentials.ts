import { randomBytes, randomUUID } from 'node:crypto';
import type { EmulatorCredentialOptions } from './options.js';

/** A programmatic API key, as the client's `credentials` take it. */
export interface AtlasApiKey {
  publicKey: string;
  privateKey: string;
}

/** A service account, as the client's `credentials` take it. */
export interface AtlasServiceAccount {
  clientId: string;
  clientSecret: string;
}

/** A bearer token, as the client's `credentials` take it. */
export interface AtlasAccessToken {
  accessToken: string;
}

/** The credentials that an emulator accepts: each is a whole `credentials` option of the client. */
export interface EmulatorCredentials {
  /** Goes by HTTP Digest. */
  readonly apiKey: Readonly<AtlasApiKey>;
  /** Goes by OAuth 2.0 client credentials. */
  readonly serviceAccount: Readonly<AtlasServiceAccount>;
  /** A token that lives until `revokeTokens()`. */
  readonly accessToken: Readonly<AtlasAccessToken>;
}

export function newAccessToken(): string {
  return `emulator-token-${randomBytes(24).toString('hex')}`;
}

/** Fills in what the options leave out. The secrets are random, so that a test can search for a leak of them. */
export function completeCredentials(options: EmulatorCredentialOptions = {}): EmulatorCredentials {
  return {
    apiKey: {
      publicKey: options.apiKey?.publicKey ?? 'emulator',
      privateKey: options.apiKey?.privateKey ?? randomUUID(),
    },
    serviceAccount: {
      clientId: options.serviceAccount?.clientId ?? `mdb_sa_id_${randomBytes(12).toString('hex')}`,
      clientSecret: options.serviceAccount?.clientSecret ?? `mdb_sa_sk_${randomBytes(20).toString('hex')}`,
    },
    accessToken: { accessToken: options.accessToken ?? newAccessToken() },
  };
}
