import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { onTestFinished } from 'vitest';
import type { AtlasEmulator } from '../../src/testing/index.js';

/** The results of the calls of one process. */
export interface MemberReport {
  readonly answered: number;
  readonly errors: readonly string[];
}

/** Child processes with one client each, which share a token through Redis. */
export interface Fleet {
  /** Starts that many concurrent calls in each process, in all processes at once. */
  call(each: number): Promise<MemberReport[]>;
  /** Starts more processes. */
  grow(by: number): Promise<void>;
  /** The number of processes that have exited unexpectedly. */
  readonly lost: number;
}

/** How many processes start at once. More would not be faster. */
const batch = 4;
const program = new URL('./member.mjs', import.meta.url);

/** Starts a fleet that has no token yet. It stops after the test. */
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
    throw new Error('A process of the fleet has exited');
  });
  // It may exit after the race is over.
  ended.catch(() => undefined);
  member.send(message);
  const [report] = await Promise.race([answered, ended]);
  return report;
}

/** The sum of the reports. */
export function sumReports(reports: readonly MemberReport[]): MemberReport {
  return {
    answered: reports.reduce((sum, { answered }) => sum + answered, 0),
    errors: reports.flatMap(({ errors }) => errors),
  };
}
