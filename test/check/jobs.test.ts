import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import { type Job, Jobs } from '../../src/check/jobs.js';

/** A finding, identified by its ID. */
const finding = (groupId: string) => ({ groupId }) as BackupFinding;
const job =
  (groupId: string): Job =>
  async () =>
    finding(groupId);

/** Jobs that end when the test says so. */
function heldJobs(count: number) {
  const started: (() => void)[] = [];
  const jobs = Array.from({ length: count }, (_, index): Job => {
    return () => new Promise((resolve) => started.push(() => resolve(finding(`${index}`))));
  });
  return { started, jobs };
}

/** Runs all jobs, and returns the IDs of the findings in their order. */
async function idsOf(first: Job, concurrency = 1) {
  const ids: string[] = [];
  for await (const { groupId } of new Jobs(concurrency).run(first)) ids.push(groupId);
  return ids;
}

describe('the jobs of a check', () => {
  it('may reveal others, which run before those that wait', async () => {
    const list = (name: string) => async () => [job(`${name}1`), job(`${name}2`)];
    const first = async () => [list('a'), async () => [], list('b'), job('c')];
    expect(await idsOf(first)).toEqual(['a1', 'a2', 'b1', 'b2', 'c']);
  });

  it('start only while a finding is asked for', async () => {
    const { started, jobs } = heldJobs(5);
    const findings = new Jobs(2).run(async () => jobs);
    const next = findings.next();
    await turn();
    expect(started).toHaveLength(2);
    started[1]?.();
    expect(await next).toEqual({ done: false, value: finding('1') });
    // Nobody asks for another finding, so no job takes the place of the one that ended.
    await turn();
    expect(started).toHaveLength(2);
    const last = findings.next();
    await turn();
    expect(started).toHaveLength(3);
    started[2]?.();
    expect(await last).toEqual({ done: false, value: finding('2') });
  });

  it('give their place to another while they pause, and need one to go on', async () => {
    const jobs = new Jobs(1);
    const steps: string[] = [];
    const pausing: Job = async () => {
      await jobs.pause(turn());
      steps.push('paused job goes on');
      return [];
    };
    const other: Job = async () => {
      steps.push('other job starts');
      for (const _ of Array(5)) await turn();
      steps.push('other job ends');
      return [];
    };
    expect(await jobs.run(async () => [pausing, other]).next()).toEqual({ done: true });
    expect(steps).toEqual(['other job starts', 'other job ends', 'paused job goes on']);
  });

  it('end with the reason of the signal, after the last finding too', async () => {
    const stop = new AbortController();
    const findings = new Jobs(2, stop.signal).run(job('a'));
    await findings.next();
    stop.abort('stopped');
    await expect(findings.next()).rejects.toBe('stopped');
  });
});
