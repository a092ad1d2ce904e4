import crypto from 'node:crypto';
import { syncBuiltinESMExports } from 'node:module';
import { beforeEach, describe, expect, it } from 'vitest';
import { AtlasApiError, AtlasAuthenticationError } from '../../../src/index.js';
import { paramsOf } from '../../support/digest-login.js';
import { get, openBareClient } from '../../support/open-client.js';
import { startRawServer } from '../../support/raw-server.js';
import { answer, good } from '../../support/raw-steps.js';
import { rejection } from '../../support/rejection.js';
import { type Behavior, deadConnection, type Reply, silent } from '../../support/scripted-dispatcher.js';
import { tenantPath } from '../../support/snapshot-routes.js';
import {
  type ConversationOptions,
  challenge,
  converse,
  missingRole,
  ok,
  openConversation,
  refusal,
} from '../support/conversation.js';

const credentials = { publicKey: 'abcdefgh', privateKey: '0123-secret-4567' };

const stale = (nonce: string) => challenge(nonce, ', stale=true');
/** Adds an `Authentication-Info` to a response. */
const withInfo = (info: string, reply: Reply = ok): Reply => ({
  ...reply,
  headers: { ...reply.headers, 'authentication-info': info },
});
const next = (nonce: string, reply?: Reply) => withInfo(`nextnonce="${nonce}"`, reply);
const [a, b, c] = [challenge('a'), challenge('b'), challenge('c')];
const bare401: Reply = { status: 401 };

/** Each row: what the server answers to consecutive calls, the nonce and nc of each request, and how the calls end. */
type Row = [promise: string, script: Behavior[], sent: string, ended: string, options?: ConversationOptions];

async function check(_promise: string, script: Behavior[], sent: string, ended: string, options?: ConversationOptions) {
  expect(await converse({ credentials, ...options }, ...script)).toEqual({ sent, ended });
}

describe('a nonce', () => {
  it.each<Row>([
    ['serves later calls, with one request each', [a, ok, ok, ok], '- a1 a2 a3', 'ok ok ok'],
    ['is kept after an error', [a, refusal(403), refusal(500), ok], '- a1 a2 a3', '403 500 ok'],
    [
      'is kept if a role is missing',
      [a, missingRole, refusal(401, 'USER_UNAUTHORIZED'), ok],
      '- a1 a2 a3',
      '401 401 ok',
    ],
    ['is kept if there is no response', [a, new Error('lost'), ok], '- a1 a2', 'CONNECTION ok'],
    ['is kept after a timeout', [a, silent, ok], '- a1 a2', 'TIMEOUT ok', { attemptTimeout: 100 }],
    ['serves retries', [a, refusal(503), refusal(500), ok], '- a1 a2 a3', 'ok', { maxRetries: 3 }],
    ['is not needed by a server without a login', [ok, ok, a, ok], '- - - a1', 'ok ok ok'],
  ])('%s', check);
});

describe('a refused nonce', () => {
  it.each<Row>([
    ['that is stale is replaced by that of its 401', [a, ok, stale('b'), ok, ok], '- a1 a2 b1 b2', 'ok ok ok'],
    ['is replaced if it worked before', [a, ok, b, ok, ok], '- a1 a2 b1 b2', 'ok ok ok'],
    ['is replaced at its first use too, if the server calls it stale', [a, stale('b'), ok, ok], '- a1 b1 b2', 'ok ok'],
    ['at its first use, without stale, means a wrong key', [a, b], '- a1', '401'],
    ['keeps its count, because the server may offer it again', [a, b, a, ok, ok], '- a1 a2 a3 a4', '401 ok ok'],
    ['is replaced once per call', [a, stale('b'), stale('c')], '- a1 b1', '401'],
    ['that worked before is replaced only once per call too', [a, ok, b, c], '- a1 a2 b1', 'ok 401'],
    ['without a new one ends the call', [a, ok, bare401, b, ok], '- a1 a2 - b1', 'ok 401 ok'],
    [
      'without a new challenge of Digest ends the call',
      [a, { status: 401, headers: { 'www-authenticate': 'Basic realm="r"' } }],
      '- a1',
      '401',
    ],
    [
      'is replaced at each attempt',
      [a, stale('b'), refusal(503), stale('c'), ok],
      '- a1 b1 b2 c1',
      'ok',
      { maxRetries: 1 },
    ],
    [
      'is replaced anew with each request that is sent again',
      [a, ok, stale('b'), deadConnection, stale('c'), deadConnection, stale('d'), deadConnection, stale('e'), ok, ok],
      '- a1 a2 b1 b2 c1 c2 d1 d2 e1 e2',
      'ok ok ok',
    ],
    ['that the server repeats continues its count', [a, ok, stale('a'), ok], '- a1 a2 a3', 'ok ok'],
    ['that is offered again later starts its count anew', [a, ok, bare401, a, ok], '- a1 a2 - a1', 'ok 401 ok'],
  ])('%s', check);
});

describe('a nextnonce', () => {
  it.each<Row>([
    ['is used from the next call on', [a, next('b'), ok, next('c'), ok], '- a1 b1 b2 c1', 'ok ok ok ok'],
    ['of an error is used', [a, next('b', refusal(403)), ok], '- a1 b1', '403 ok'],
    ['of a 401 yields to its challenge', [a, ok, next('x', stale('b')), ok], '- a1 a2 b1', 'ok ok'],
    ['that is empty is ignored', [a, next(''), ok], '- a1 a2', 'ok ok'],
    ['that repeats the nonce continues its count', [a, next('a'), ok], '- a1 a2', 'ok ok'],
    ['that is refused is replaced', [a, next('b'), c, ok], '- a1 b1 c1', 'ok ok'],
    ['that is refused leads to the old nonce, with a new count', [a, next('b'), stale('a'), ok], '- a1 b1 a1', 'ok ok'],
    ['without a login is ignored', [next('a'), ok], '- -', 'ok ok'],
    ['next to a wrong rspauth is used', [a, withInfo('rspauth="0", nc=9, nextnonce=b'), ok], '- a1 b1', 'ok ok'],
  ])('%s', check);
});

describe('an envelope', () => {
  const enveloped401: Reply = { ...challenge('x', ', stale=true'), status: 200, body: { status: 401, content: {} } };
  const call = { envelope: true };

  it.each<Row>([
    ['logs in with a challenge outside of it', [a, ok, ok], '- a1 a2', 'ok ok', { call }],
    ['holds no challenge to answer', [enveloped401, a, ok], '- - a1', '401 ok', { call }],
    ['with a 401 in it leaves the nonce as it is', [a, enveloped401, ok], '- a1 a2', '401 ok', { call }],
    ['with a 401 in it brings a nextnonce', [a, next('b', enveloped401), ok], '- a1 b1', '401 ok', { call }],
  ])('%s', check);
});

describe('a response without a challenge that can be answered', () => {
  it('is an AtlasAuthenticationError that names what was offered', async () => {
    const reply = {
      status: 401,
      headers: { 'www-authenticate': ['Digest realm="r", nonce="n", algorithm=MD5-sess', 'Basic realm="r"'] },
    };
    const { get, sent } = openConversation({ credentials, maxRetries: 3 }, reply);
    const error = await rejection(get(), AtlasAuthenticationError);
    expect(error).toMatchObject({ status: 401, operation: 'getTenantSnapshot', endpoint: 'tenant', attempts: 1 });
    expect(error.message).toBe(
      'getTenantSnapshot could not log in. The server did not offer a Digest challenge that this client supports. ' +
        'It offered: Digest (algorithm MD5-sess), Basic. Check baseUrl and any proxy on the way to Atlas.',
    );
    expect(sent()).toBe('-');
  });

  it('is an AtlasApiError if its status is not a 401', async () => {
    expect(await converse({ credentials }, { ...a, status: 403 })).toEqual({ sent: '-', ended: '403' });
  });
});

describe('a hash that the runtime does not have', () => {
  const sha256 = challenge('b', ', algorithm=SHA-256');

  // OpenSSL in FIPS mode lacks some hashes.
  beforeEach(() => {
    const { getHashes } = crypto;
    crypto.getHashes = () => ['md5'];
    syncBuiltinESMExports();
    return () => {
      crypto.getHashes = getHashes;
      syncBuiltinESMExports();
    };
  });

  it.each<Row>([
    ['ends the call', [sha256], '-', 'AUTHENTICATION'],
    ['ends the call after a refused nonce too', [a, ok, sha256], '- a1 a2', 'ok 401'],
  ])('%s', check);
});

it('a challenge is sent back octet by octet, whatever its charset', async () => {
  const text = 'Zürich';
  const octets = `www-authenticate: Digest realm="${text}", nonce="${text}", opaque="${text}", qop="auth"`;
  const server = await startRawServer([[answer(401, '{}', octets)], good]);
  await get(openBareClient(server, { credentials: { publicKey: 'Jäsøn', privateKey: 'secret-key' } }));
  const sent = server.requests[1]?.authorization;
  expect(sent).toContain(`Digest username="JÃ¤sÃ¸n", realm="${text}", nonce="${text}", opaque="${text}", uri="/`);
});

it('a login is for the path and the query as they are sent, with the prefix of baseUrl', async () => {
  const baseUrl = 'https://cloud.mongodb.com/a/prefix/';
  const { get, dispatcher } = openConversation({ credentials, baseUrl }, a, ok);
  await get({ pretty: true });
  const login = dispatcher.requests[1];
  expect(login?.options.path).toBe(`/a/prefix${tenantPath}?pretty=true`);
  expect(paramsOf(login?.headers['authorization'])['uri']).toBe(login?.options.path);
});

it('an error shows nothing of the second login of its call', async () => {
  const { get, dispatcher } = openConversation({ credentials }, a, stale('b'), (request) =>
    request.reply({ status: 403, body: `<p>${request.headers['authorization']}</p>` }),
  );
  const error = await rejection(get(), AtlasApiError);
  expect(dispatcher.requests).toHaveLength(3);
  expect(error.body).toMatch(/username="\[masked\]", .*nonce="b", .*response="\[masked\]"/);
});
