import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile, rm } from 'node:fs/promises';
import { connect as open, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Site } from './site.js';

/** The caller's path, and the folder in which Debian installs servers. */
const path = `${process.env['PATH']}:/usr/sbin`;

/** One request in the access log: `STATUS|AUTHORIZATION`. */
export interface LoggedRequest {
  readonly status: number;
  readonly authorization: string;
}

/** A server that runs until it is stopped. */
export interface RunningServer {
  readonly url: string;
  /** Stops it. Returns its log. */
  stop(): Promise<LoggedRequest[]>;
}

/** Starts a server in the foreground and waits until it listens. Its folder is removed when it stops. */
export async function start(
  program: string,
  args: readonly string[],
  port: number,
  site: Site,
): Promise<RunningServer> {
  const child = spawn(program, args, { env: { ...process.env, PATH: path }, stdio: ['ignore', 'pipe', 'pipe'] });
  const said: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
  const ended = once(child, 'close').catch((error: unknown) => said.push(Buffer.from(String(error))));
  try {
    await listens(child, port);
  } catch (error) {
    child.kill();
    await ended;
    throw new Error(`${program} does not start: ${Buffer.concat(said)}`, { cause: error });
  }
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM');
      await ended;
      const log = await readFile(join(site.folder, 'access.log'), 'utf8');
      await rm(site.folder, { recursive: true, force: true });
      return log.split('\n').filter(Boolean).map(parse);
    },
  };
}

function parse(line: string): LoggedRequest {
  const [status, authorization = ''] = line.split('|');
  return { status: Number(status), authorization };
}

async function listens(child: ChildProcess, port: number): Promise<void> {
  const gone = new Promise<never>((_resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`exit code ${code}`)));
  });
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const isOpen = await Promise.race([gone, accepts(port)]);
    if (isOpen) return;
    await Promise.race([gone, sleep(25)]);
  }
  throw new Error(`nothing listens on port ${port}`);
}

async function accepts(port: number): Promise<boolean> {
  const socket: Socket = open(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
