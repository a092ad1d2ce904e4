import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AtlasApiError, AtlasAuthenticationError } from '../../../../src/client/index.js';
import { paramsOf } from '../../../support/digest-login.js';
import { rejection } from '../../../support/rejection.js';
import { type Behavior, deadConnection, type Reply, silent } from '../../../support/scripted-dispatcher.js';
import { tenantPath } from '../../../support/snapshot-routes.js';
import {
  type ConversationOptions,
  challenge,
  converse,
  enveloped401,
  missingRole,
  ok,
  openConversation,
  refusal,
} from '../support/conversation.js';

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

const [a, b, c] = [challenge('a'), challenge('b'), challenge('c')];
const bare401: Reply = { status: 401 };
const offer = (...offers: string[]): Reply => ({ status: 401, headers: { 'www-authenticate': offers } });
const otherRealm = offer('Digest realm="other", nonce="a", qop="auth"');
const [opaque, md5] = [challenge('a', ', opaque="o"'), challenge('a', ', opaque="o", algorithm=MD5')];
const call = { envelope: true };

/** Each row: what the server answers to consecutive calls, the nonce and nc of each request, and how the calls end. */
type Row = [promise: string, script: Behavior[], sent: string, ended: string, options?: ConversationOptions];

describe('a challenge', () => {
  it.each<Row>([
    ['serves later calls, with one request each', [a, ok, ok, ok], '- a1 a2 a3', 'ok ok ok'],
    ['is kept after an error', [a, refusal(403), refusal(500), ok], '- a1 a2 a3', '403 500 ok'],
    ['is kept if a role is missing', [a, missingRole, ok], '- a1 a2', '401 ok'],
    ['is kept if there is no response', [a, new Error('lost'), ok], '- a1 a2', 'CONNECTION ok'],
    ['is kept after a timeout', [a, silent, ok], '- a1 a2', 'TIMEOUT ok', { attemptTimeout: 100 }],
    ['serves retries', [a, refusal(503), refusal(500), ok], '- a1 a2 a3', 'ok', { maxRetries: 3 }],
    ['is not needed by a server without a login', [ok, ok, a, ok], '- - - a1', 'ok ok ok'],
    ['outside of a 401 is not answered', [{ ...a, status: 403 }], '-', '403'],
    ['is never in an envelope', [enveloped401], '-', '401', { call }],
  ])('%s', check);
});

describe('a refused answer', () => {
  it.each<Row>([
    ['to a kept challenge is followed by one to the new challenge', [a, ok, b, ok, ok], '- a1 a2 b1 b2', 'ok ok ok'],
    ['to a new challenge means a wrong key', [a, b], '- a1', '401'],
    ['to a kept and to a new challenge means a wrong key', [a, ok, b, c], '- a1 a2 b1', 'ok 401'],
    ['leaves the next call a try', [a, b, c, ok], '- a1 a2 c1', '401 ok'],
    ['is final without a challenge', [a, ok, bare401, ok], '- a1 a2 a3', 'ok 401 ok'],
    ['is final with a missing role, although that has a challenge', [a, ok, missingRole], '- a1 a2', 'ok 401'],
    [
      'is followed by another one at each attempt',
      [a, ok, b, refusal(503), c, ok],
      '- a1 a2 b1 b2 c1',
      'ok ok',
      { maxRetries: 1 },
    ],
    [
      'is followed by another one if the request is sent again',
      [a, ok, b, deadConnection, c, ok],
      '- a1 a2 b1 b2 c1',
      'ok ok',
    ],
    ['goes on counting if the server repeats the challenge', [a, ok, a, ok], '- a1 a2 a3', 'ok ok'],
    [
      'is followed by one to the new challenge, even if only its realm, opaque or algorithm is new',
      [a, ok, otherRealm, ok, opaque, ok, md5, ok, ok],
      '- a1 a2 a1 a2 a1 a2 a1 a2',
      'ok ok ok ok ok',
    ],
    ['in an envelope is final', [a, ok, enveloped401, ok], '- a1 a2 a3', 'ok 401 ok', { call }],
    ['with an offer that is not supported ends the call', [a, ok, offer('Basic')], '- a1 a2', 'ok AUTHENTICATION'],
  ])('%s', check);
});

async function check(_promise: string, script: Behavior[], sent: string, ended: string, options?: ConversationOptions) {
  expect(await converse({ credentials, ...options }, ...script)).toEqual({ sent, ended });
}

describe('an offer that is not supported', () => {
  const text =
    'getTenantSnapshot could not log in. The server did not offer a Digest challenge that this client supports.';

  it('is quoted by an AtlasAuthenticationError', async () => {
    const reply = offer('Digest realm="r", nonce="n", algorithm=MD5-sess', 'Basic realm="r"');
    const { get, sent } = openConversation({ credentials, maxRetries: 3 }, reply);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 401, operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toBe(
      `${text} It offered: Digest realm="r", nonce="n", algorithm=MD5-sess, Basic realm="r". ` +
        'Check baseUrl and any proxy on the way to Atlas.',
    );
    expect(sent()).toBe('-');
  });

  it('may be MD5 in FIPS mode, where the first challenge with SHA-256 is answered', async () => {
    const { getHashes } = crypto;
    crypto.getHashes = () => getHashes().filter((name) => name !== 'md5');
    syncBuiltinESMExports();
    onTestFinished(() => {
      crypto.getHashes = getHashes;
      syncBuiltinESMExports();
    });
    const { message } = await rejection(openConversation({ credentials }, a).get(), AtlasAuthenticationError);
    expect(message).toBe(
      `${text} It offered: Digest realm="r", nonce="a", qop="auth". Node.js has no MD5 here, as in FIPS mode. ` +
        'Log in with a service account, which needs no MD5.',
    );
    const both = offer(
      'Digest realm="r", nonce="a", qop=auth',
      'Digest realm="r", nonce="b", qop=auth, algorithm=SHA-256',
    );
    expect(await converse({ credentials }, both, ok)).toEqual({ sent: '- b1', ended: 'ok' });
  });
});

it('a login is for the path and the query as they are sent, with the prefix of baseUrl', async () => {
  const baseUrl = 'https://cloud.mongodb.com/a/prefix/';
  const { get, dispatcher } = openConversation({ credentials, baseUrl }, a, ok);
  await get({ pretty: true });
  const login = dispatcher.requests[1];
  expect(login?.options.path).toBe(`/a/prefix${tenantPath}?pretty=true`);
  expect(paramsOf(login?.headers['authorization'])['uri']).toBe(login?.options.path);
});

it('an error shows nothing of either login of its call', async () => {
  const { get, dispatcher } = openConversation({ credentials }, a, ok, b, (request) =>
    request.reply({
      status: 403,
      body: dispatcher.requests
        .map(({ headers }) => headers['authorization'])
        .slice(2)
        .join(),
    }),
  );
  await get();
  const error = await rejection(get(), AtlasApiError);
  expect(dispatcher.requests).toHaveLength(4);
  expect(error.body).toMatch(
    /"\[masked\]", .*nonce="a", .*response="\[masked\]",.*nonce="b", .*response="\[masked\]"$/,
  );
});
