/**
 * The loopback Atlas, in a process of its own so that its CPU time does not count as the client's. It answers every GET
 * with the same snapshot, or with the list that it asks for, if the bearer token or the Digest login (MD5, qop=auth) is right,
 * and counts what it sees.
 * With a certificate and a key as arguments it serves over TLS.
 *
 * It speaks only as much HTTP as that takes, on bare sockets with prepared responses. Its speed limits how many calls per
 * second a client can make, and node:http would halve it.
 */
import { hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import {
  accessToken,
  dedicatedClusters,
  flexClusters,
  groupId,
  privateKey,
  projects,
  publicKey,
  realm,
} from './target.mjs';

const md5 = (text) => hash('md5', text);
const nonce = 'hVJm8bd2H7sZ0vYk3n5xQw==';
const ha1 = md5(`${publicKey}:${realm}:${privateKey}`);

function prepare(status, headers, body) {
  const lines = [
    `HTTP/1.1 ${status}`,
    ...headers,
    `content-length: ${body.length}`,
    `date: ${new Date().toUTCString()}`,
    'connection: keep-alive',
    // Longer than a subject waits for its turn, so that none has to reconnect.
    'keep-alive: timeout=120',
  ];
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n${body}`);
}

const prepareJson = (body) => prepare('200 OK', ['content-type: application/json'], JSON.stringify(body));
const prepareList = (results) => prepareJson({ links: [], results, totalCount: results.length });

const snapshot = prepareJson({
  expiration: '2019-05-03T14:07:53Z',
  finishTime: '2019-04-26T14:08:07Z',
  id: '5cc310ace5dc7ce369814bc8',
  links: [{ href: `https://cloud.mongodb.com/api/atlas/v1.0/groups/${groupId}`, rel: 'self' }],
  mongoDBVersion: '4.2.7',
  scheduledTime: '2019-04-26T12:00:00Z',
  startTime: '2019-04-26T14:07:53Z',
  status: 'COMPLETED',
});

/** The eight daily snapshots that Atlas keeps. */
const daily = Array.from({ length: 8 }, (_, n) => {
  const time = new Date(Date.now() - (8 - n) * 86_400_000 + 3_600_000).toISOString();
  const times = { scheduledTime: time, startTime: time, finishTime: time, expiration: time };
  return { id: `5cc310ace5dc7ce369814bc${n}`, mongoDBVersion: '8.0.29', status: 'COMPLETED', ...times };
});

const dailyOfDedicated = daily.map(({ id, finishTime, expiration }) => ({
  id,
  status: 'completed',
  createdAt: finishTime,
  expiresAt: new Date(Date.parse(expiration) + 30 * 86_400_000).toISOString(),
  snapshotType: 'scheduled',
  type: 'replicaSet',
}));

const lists = new Map([
  ['groups', prepareList(projects)],
  ['flexClusters', prepareList(flexClusters)],
  ['clusters', prepareList(dedicatedClusters)],
  ['snapshots', prepareList(daily)],
]);
const dedicatedList = prepareList(dailyOfDedicated);

/** @param {string} url @returns what it asks for, by the last segment of its path */
function answerTo(url) {
  const [path] = url.split('?');
  const last = path.slice(path.lastIndexOf('/') + 1);
  if (last === 'snapshots' && path.includes('/clusters/')) return dedicatedList;
  return lists.get(last) ?? snapshot;
}
const refusal = prepare(
  '401 Unauthorized',
  [
    'content-type: application/json;charset=ISO-8859-1',
    `www-authenticate: Digest realm="${realm}", domain="", nonce="${nonce}", algorithm=MD5, qop="auth", stale=false`,
  ],
  '{"detail":"You are not authorized for this resource.","error":401,"errorCode":"","reason":"Unauthorized"}',
);

/** @param {string} credentials what follows `Digest ` @param {string} url */
function isDigestRight(credentials, url) {
  const part = (pattern) => pattern.exec(credentials)?.[1];
  if (part(/\busername="([^"]*)"/) !== publicKey || part(/\bnonce="([^"]*)"/) !== nonce) return false;
  if (part(/\buri="([^"]*)"/) !== url) return false;
  const count = `${part(/\bnc=([0-9a-f]{8})\b/)}:${part(/\bcnonce="([^"]*)"/)}`;
  return part(/\bresponse="([^"]*)"/) === md5(`${ha1}:${nonce}:${count}:auth:${md5(`GET:${url}`)}`);
}

const urlOf = (head) => head.slice('GET '.length, head.indexOf(' HTTP/1.1'));

/** @param {string} head @returns {'bearer' | 'digest' | 'refused'} */
function schemeOf(head) {
  const [, scheme, credentials] = /\r\nauthorization: (\S+) (.*)\r\n/i.exec(head) ?? [];
  if (scheme === 'Bearer' && credentials === accessToken) return 'bearer';
  if (scheme !== 'Digest') return 'refused';
  return isDigestRight(credentials, urlOf(head)) ? 'digest' : 'refused';
}

let seen;

function reset() {
  seen = { bearer: 0, digest: 0, refused: 0, connections: 0 };
}

reset();

function serve(socket) {
  let head = '';
  let countedIn;
  socket.on('data', (chunk) => {
    head += chunk.latin1Slice(0, chunk.length);
    // No subject sends a body, or a second request before the response to the first.
    if (!head.endsWith('\r\n\r\n')) return;
    if (countedIn !== seen) {
      countedIn = seen;
      seen.connections += 1;
    }
    const scheme = schemeOf(head);
    const answer = scheme === 'refused' ? refusal : answerTo(urlOf(head));
    head = '';
    seen[scheme] += 1;
    socket.write(answer);
  });
  // Clients may drop their connections.
  socket.on('error', () => socket.destroy());
}

const [certFile, keyFile] = process.argv.slice(2);
const server = certFile
  ? createTlsServer({ noDelay: true, cert: readFileSync(certFile), key: readFileSync(keyFile) }, serve)
  : createServer({ noDelay: true }, serve);
server.listen({ port: 0, host: '127.0.0.1', backlog: 16_384 }, () =>
  process.send({ result: { port: server.address().port } }),
);
process.on('message', () => {
  process.send({ result: seen });
  reset();
});
process.on('disconnect', () => process.exit());
