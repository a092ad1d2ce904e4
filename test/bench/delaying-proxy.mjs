/**
 * A TCP proxy on loopback that delivers everything late, like a network, and counts the connections it accepts.
 *
 * It cannot delay the TCP handshake: the kernel completes it before this process sees the connection. A new
 * connection therefore costs one round trip (TLS 1.3), not the two of a real network.
 */
import { connect, createServer } from 'node:net';

const [serverPort, oneWayMs] = process.argv.slice(2).map(Number);
let connections = 0;

/** Timers of the same length fire in the order in which they were set, so the bytes keep their order. */
function forward(from, to) {
  from.on('data', (chunk) => setTimeout(() => to.write(chunk), oneWayMs));
  from.on('end', () => setTimeout(() => to.end(), oneWayMs));
  from.on('error', () => to.destroy());
}

const proxy = createServer({ noDelay: true, allowHalfOpen: true }, (client) => {
  connections += 1;
  const server = connect({ port: serverPort, host: '127.0.0.1', noDelay: true, allowHalfOpen: true });
  forward(client, server);
  forward(server, client);
});
proxy.listen({ port: 0, host: 'localhost', backlog: 1024 }, () =>
  process.send({ result: { port: proxy.address().port } }),
);
process.on('message', () => {
  process.send({ result: { connections } });
  connections = 0;
});
process.on('disconnect', () => process.exit());
