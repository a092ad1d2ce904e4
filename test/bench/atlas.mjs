/**
 * A loopback Atlas in a process of its own, so that its CPU time does not count as the client's. Answers every GET with the same
 * snapshot if it has a login.
 *
 * Speaks only as much HTTP as that takes, on bare sockets with prepared responses: its speed limits how many calls per second a
 * client can make, and node:http would halve it.
 */
import { createServer } from 'node:net';
import { serve } from './processes.mjs';
import { accessToken } from './subjects.mjs';

function prepare(status, headers, body) {
  const text = JSON.stringify(body);
  const common = [
    `content-length: ${text.length}`,
    'content-type: application/json',
    `date: ${new Date().toUTCString()}`,
    'connection: keep-alive',
    // Longer than a subject waits for its turn, so that none has to reconnect.
    'keep-alive: timeout=600',
  ];
  return Buffer.from(`HTTP/1.1 ${status}\r\n${[...headers, ...common].join('\r\n')}\r\n\r\n${text}`);
}

const snapshot = prepare('200 OK', [], {
  expiration: '2019-05-03T14:07:53Z',
  finishTime: '2019-04-26T14:08:07Z',
  id: '5cc310ace5dc7ce369814bc8',
  links: [{ href: 'https://cloud.mongodb.com/api/atlas/v2/groups/5e2211c17a3e5a48f5497de3', rel: 'self' }],
  mongoDBVersion: '4.2.7',
  scheduledTime: '2019-04-26T12:00:00Z',
  startTime: '2019-04-26T14:07:53Z',
  status: 'COMPLETED',
});
const challenge =
  'Digest realm="MMS Public API", domain="", nonce="hVJm8bd2H7sZ0vYk3n5xQw==", algorithm=MD5, qop="auth", stale=false';
const refusal = prepare('401 Unauthorized', [`www-authenticate: ${challenge}`], { error: 401, reason: 'Unauthorized' });

// Other tests show that a Digest login is right: checking it here would only keep the client waiting.
const login = new RegExp(`\\r\\nauthorization: (Bearer ${accessToken}|Digest .*response="?[0-9a-f]{32})`, 'i');

const server = createServer({ noDelay: true }, (socket) => {
  let head = '';
  socket.on('data', (chunk) => {
    head += chunk.latin1Slice();
    // No subject sends a body, or a second request before the response to the first.
    if (!head.endsWith('\r\n\r\n')) return;
    socket.write(login.test(head) ? snapshot : refusal);
    head = '';
  });
  // Clients may drop their connections.
  socket.on('error', () => socket.destroy());
});
server.listen(0, '127.0.0.1', () => serve({ origin: `http://127.0.0.1:${server.address().port}` }));
