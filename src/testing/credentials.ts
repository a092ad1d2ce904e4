import { randomBytes, randomUUID } from 'node:crypto';

/** A programmatic API key, in the form of the client's `credentials` option. */
export interface AtlasApiKey {
  publicKey: string;
  privateKey: string;
}

/** A service account, in the form of the client's `credentials` option. */
export interface AtlasServiceAccount {
  clientId: string;
  clientSecret: string;
}

/** A bearer token, in the form of the client's `credentials` option. */
export interface AtlasAccessToken {
  accessToken: string;
}

/** The credentials that an emulator accepts. Each member is a complete `credentials` option of the client. */
export interface EmulatorCredentials {
  /** Logs in by HTTP Digest. */
  readonly apiKey: Readonly<AtlasApiKey>;
  /** Logs in by OAuth 2.0 client credentials. */
  readonly serviceAccount: Readonly<AtlasServiceAccount>;
  /** A token that stays live until `revokeTokens()`. */
  readonly accessToken: Readonly<AtlasAccessToken>;
}

/** Credentials for the emulator to accept. */
export interface EmulatorCredentialOptions {
  /** Accepted by Digest. */
  apiKey?: Partial<AtlasApiKey> | undefined;
  /** Accepted by the token endpoint. */
  serviceAccount?: Partial<AtlasServiceAccount> | undefined;
  /** Accepted as a bearer token from the start. */
  accessToken?: string | undefined;
}

export function newAccessToken(): string {
  return `emulator-token-${randomBytes(24).toString('hex')}`;
}

/** Fills in the defaults. Secrets are random, so that a test can search its output for a leaked one. */
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
