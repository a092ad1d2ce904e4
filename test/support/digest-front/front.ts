import { type ReceivedRequest, receive } from '../../../src/testing/http/received-request.js';
import { record } from '../../../src/testing/http/request-log.js';
import { listen } from '../../../src/testing/http/server.js';
import {
  type AtlasEmulator,
  type AtlasEmulatorOptions,
  type RecordedRequest,
  startAtlasEmulator,
} from '../../../src/testing/index.js';
import { FrontAuthenticator } from './authenticator.js';
import type { DigestFrontOptions } from './options.js';

/**
 * Starts an emulator behind a server that implements all of RFC 7616, and common mistakes of servers, which Atlas does
 * not. A request that passes is forwarded to the emulator with a bearer token.
 */
export async function startDigestFront(
  digestOptions: DigestFrontOptions,
  options: AtlasEmulatorOptions = {},
): Promise<AtlasEmulator> {
  const now = options.now ?? Date.now;
  const emulator = await startAtlasEmulator(options);
  const digest = new FrontAuthenticator(digestOptions, emulator.credentials.apiKey, now);
  const requests: RecordedRequest[] = [];

  async function answer(request: ReceivedRequest): Promise<Response> {
    const [, credentials = ''] = /^Digest\s+(.*)$/is.exec(request.headers['authorization'] ?? '') ?? [];
    const verdict = credentials === '' ? undefined : digest.check(credentials, request);
    if (verdict === undefined) return challenge(digest.challenges(false));
    if (verdict.kind === 'refused') return challenge(digest.challenges(verdict.stale));
    if (verdict.kind === 'malformed') return Response.json({ error: 400, detail: verdict.problem }, { status: 400 });
    const authorization = `Bearer ${emulator.credentials.accessToken.accessToken}`;
    const headers = { ...request.headers, authorization };
    const response = await emulator.fetch(new Request(request.origin + request.target, { headers }));
    const body = await response.text();
    const info = verdict.authenticationInfo(body);
    if (info !== undefined) response.headers.set('authentication-info', info);
    return new Response(body, { status: response.status, headers: response.headers });
  }

  const server = await listen(async (request) => {
    const received = await receive(request);
    const answered = record(requests, received, now());
    const response = await answer(received);
    answered(response.status);
    return response;
  }, 0);

  const close = async () => {
    await server.close();
    await emulator.close();
  };
  return {
    ...emulator,
    url: server.url,
    requests,
    get snapshots() {
      return emulator.snapshots;
    },
    expireNonces: () => digest.expireNonces(),
    close,
    [Symbol.asyncDispose]: close,
  };
}

function challenge(value: string): Response {
  return Response.json({ error: 401 }, { status: 401, headers: { 'www-authenticate': value } });
}
