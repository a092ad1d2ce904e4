import { randomBytes, randomUUID } from 'node:crypto';

/** A programmatic API key, as the client's `credentials` option takes it. */
export interface ApiKeyCredentials {
  publicKey: string;
  privateKey: string;
}

/** A service account, as the client's `credentials` option takes it. */
export interface ServiceAccountCredentials {
  clientId: string;
  clientSecret: string;
}

/** A bearer token, as the client's `credentials` option takes it. */
export interface AccessTokenCredentials {
  accessToken: string;
}

/** The credentials that an emulator accepts. Each member is a complete `credentials` option of the client. */
export interface EmulatorCredentials {
  /** Logs in by HTTP Digest. */
  readonly apiKey: Readonly<ApiKeyCredentials>;
  /** Logs in by OAuth 2.0 client credentials. */
  readonly serviceAccount: Readonly<ServiceAccountCredentials>;
  /** A token that stays live until `revokeTokens()`. */
  readonly accessToken: Readonly<AccessTokenCredentials>;
}

/** Credentials for the emulator to accept. Those of another emulator will do. */
export interface EmulatorCredentialOptions {
  /** Accepted by Digest. */
  apiKey?: Partial<ApiKeyCredentials> | undefined;
  /** Accepted by the token endpoint. */
  serviceAccount?: Partial<ServiceAccountCredentials> | undefined;
  /** Accepted as a bearer token from the start: the token itself, or as the client takes it. */
  accessToken?: string | Partial<AccessTokenCredentials> | undefined;
}

export function newAccessToken(): string {
  return `emulator-token-${randomBytes(24).toString('hex')}`;
}

/** Fills in the defaults. Secrets are random, so that a test can search its output for a leaked one. */
export function completeCredentials(options: EmulatorCredentialOptions = {}): EmulatorCredentials {
  const { accessToken } = options;
  const token = typeof accessToken === 'string' ? accessToken : accessToken?.accessToken;
  return {
    apiKey: {
      publicKey: options.apiKey?.publicKey ?? 'emulator',
      privateKey: options.apiKey?.privateKey ?? randomUUID(),
    },
    serviceAccount: {
      clientId: options.serviceAccount?.clientId ?? `mdb_sa_id_${randomBytes(12).toString('hex')}`,
      clientSecret: options.serviceAccount?.clientSecret ?? `mdb_sa_sk_${randomBytes(20).toString('hex')}`,
    },
    accessToken: { accessToken: token ?? newAccessToken() },
  };
}
