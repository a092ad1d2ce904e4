import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { AtlasEmulator } from '../../src/testing/index.js';

/** How the calls of one process went. */
export interface MemberReport {
  readonly answered: number;
  readonly errors: readonly string[];
}

/** Processes of their own, each with one client, that share one token through Redis. */
export interface Fleet {
  /** Each process does so many calls at once; all processes begin together. */
  call(each: number): Promise<MemberReport[]>;
  /** More processes. */
  grow(by: number): Promise<void>;
  /** Processes that have ended, though nobody told them to. */
  readonly lost: number;
}

/** Processes that start at once: more would only wait for each other's turn. */
const batch = 4;
const program = new URL('../fleet/member.mjs', import.meta.url);

/** Starts a fleet, cold: no process has a token yet. It is stopped when the test is finished. */
export async function startFleet(size: number, emulator: AtlasEmulator, redisUrl: string): Promise<Fleet> {
  const members: ChildProcess[] = [];
  onTestFinished(() => {
    for (const member of members) member.kill();
  });
  const start = async () => {
    const member = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    members.push(member);
    const { url: baseUrl, groupId, clusterName, snapshotId } = emulator;
    const account = emulator.credentials.serviceAccount;
    await ask(member, { open: { baseUrl, account, redisUrl, path: [groupId, clusterName, snapshotId] } });
  };
  const grow = async (by: number) => {
    for (let started = 0; started < by; started += batch) {
      await Promise.all(Array.from({ length: Math.min(batch, by - started) }, start));
    }
  };
  await grow(size);
  return {
    grow,
    call: (each) => Promise.all(members.map((member) => ask(member, { call: each }))),
    get lost() {
      return members.filter(({ exitCode, signalCode }) => exitCode !== null || signalCode !== null).length;
    },
  };
}

async function ask(member: ChildProcess, message: object): Promise<MemberReport> {
  const answered = once(member, 'message');
  const ended = once(member, 'exit').then(() => {
    throw new Error('A process of the fleet has ended');
  });
  // Where it ends later, nobody waits for it here.
  ended.catch(() => undefined);
  member.send(message);
  const [report] = await Promise.race([answered, ended]);
  return report;
}

/** All reports as one. */
export function sumReports(reports: readonly MemberReport[]): MemberReport {
  return {
    answered: reports.reduce((sum, { answered }) => sum + answered, 0),
    errors: reports.flatMap(({ errors }) => errors),
  };
}
