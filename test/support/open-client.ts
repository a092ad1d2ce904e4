// Clients and agents, which are closed after the test.

import { Agent } from 'undici';
import { onTestFinished } from 'vitest';
import {
  type AtlasPromise,
  type CallOptions,
  type TenantSnapshot,
  TenantSnapshotsClient,
  type TenantSnapshotsClientOptions,
} from '../../src/client/index.js';
import { type Behavior, type ScriptedDispatcher, scriptedDispatcher } from './scripted-dispatcher.js';
import { path } from './snapshot-routes.js';

/** By default the client has a bearer token. */
export function openClient(options: TenantSnapshotsClientOptions): TenantSnapshotsClient {
  const client = new TenantSnapshotsClient({ credentials: { accessToken: 'token-of-the-test' }, ...options });
  onTestFinished(() => client.close());
  return client;
}

/** A client of a scripted server. By default it uses the tenant endpoint only, and has no retries. */
export function openBareClient(
  { url }: { readonly url: string },
  options: TenantSnapshotsClientOptions = {},
): TenantSnapshotsClient {
  return openClient({ baseUrl: url, endpoint: 'tenant', maxRetries: 0, ...options });
}

/** A client of a scripted dispatcher. By default it has no retries. */
export function openScripted(
  script: readonly Behavior[],
  options: TenantSnapshotsClientOptions = {},
): { readonly client: TenantSnapshotsClient; readonly dispatcher: ScriptedDispatcher } {
  const dispatcher = scriptedDispatcher(...script);
  return { dispatcher, client: openClient({ dispatcher, maxRetries: 0, ...options }) };
}

/** An agent of undici. */
export function openAgent(options?: Agent.Options): Agent {
  const agent = new Agent(options);
  onTestFinished(() => agent.destroy());
  return agent;
}

/** Gets the snapshot of the response `good`. */
export function get(client: TenantSnapshotsClient, options?: CallOptions): AtlasPromise<TenantSnapshot> {
  return client.getTenantSnapshot(...path, options);
}
