import { onTestFinished, vi } from 'vitest';
import type { AtlasEmulatorOptions } from '../../../src/testing/index.js';
import { openEmulator } from '../../support/open-emulator.js';
import { clusterName, flexType, groupId } from '../../support/snapshot-routes.js';

/** The time of the emulator at its start. */
const now = Date.parse('2026-05-14T16:20:00Z');

/** An ID that the emulator has only if a test seeds it. */
export const otherId = '60f1c2d3e4a5b6978877665a';

export const projectsPath = '/api/atlas/v2/groups';
export const flexClustersPath = (group = groupId) => `${projectsPath}/${group}/flexClusters`;
export const flexSnapshotsPath = (rest = '', cluster = clusterName, group = groupId) =>
  `${flexClustersPath(group)}/${cluster}/backup/snapshots${rest}`;
export const tenantSnapshotsPath = (rest = '', cluster = clusterName, group = groupId) =>
  `/api/atlas/v1.0/groups/${group}/clusters/${cluster}/backup/tenant/snapshots${rest}`;

/**
 * An emulator at a time that only `wait` moves, and requests that log in with a bearer token
 * unless `init` has other headers.
 */
export async function openApi(options: AtlasEmulatorOptions = {}) {
  vi.useFakeTimers({ toFake: ['Date'], now });
  onTestFinished(() => {
    vi.useRealTimers();
  });
  const emulator = await openEmulator(options);
  const login = { authorization: `Bearer ${emulator.credentials.accessToken.accessToken}`, accept: flexType };
  const ask = (path: string, init: RequestInit = {}) => fetch(emulator.url + path, { headers: login, ...init });
  const get = async (path: string, init?: RequestInit) => {
    const response = await ask(path, init);
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  const statusOf = async (path: string, init?: RequestInit) => (await ask(path, init)).status;
  const { clientId, clientSecret } = emulator.credentials.serviceAccount;
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`;
  /** Sends a request to an OAuth endpoint. */
  const post = (name: 'token' | 'revoke', form: Record<string, string>) =>
    get(`/api/oauth/${name}`, {
      method: 'POST',
      headers: { authorization: basic },
      body: new URLSearchParams(form),
    });
  const fetchToken = () => post('token', { grant_type: 'client_credentials' });
  const wait = (ms: number) => {
    vi.setSystemTime(Date.now() + ms);
  };
  return { emulator, login, ask, get, statusOf, post, fetchToken, wait };
}
