import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { BackupFinding } from '../../src/check/index.js';
import { type Task, Tasks } from '../../src/check/tasks.js';

/** A finding, identified by its ID. */
const finding = (groupId: string) => ({ groupId }) as BackupFinding;
const task =
  (groupId: string): Task =>
  async () =>
    finding(groupId);

/** Tasks that end when the test says so. */
function heldTasks(count: number) {
  const started: (() => void)[] = [];
  const tasks = Array.from({ length: count }, (_, index): Task => {
    return () => new Promise((resolve) => started.push(() => resolve(finding(`${index}`))));
  });
  return { started, tasks };
}

/** Runs all tasks, and returns the IDs of the findings in their order. */
async function idsOf(first: Task, concurrency = 1) {
  const ids: string[] = [];
  for await (const { groupId } of new Tasks(concurrency).run(first)) ids.push(groupId);
  return ids;
}

describe('the tasks of a check', () => {
  it('may reveal others, which run before those that wait', async () => {
    const list = (name: string) => async () => [task(`${name}1`), task(`${name}2`)];
    const first = async () => [list('a'), async () => [], list('b'), task('c')];
    expect(await idsOf(first)).toEqual(['a1', 'a2', 'b1', 'b2', 'c']);
  });

  it('start only while a finding is asked for', async () => {
    const { started, tasks } = heldTasks(5);
    const findings = new Tasks(2).run(async () => tasks);
    const next = findings.next();
    await turn();
    expect(started).toHaveLength(2);
    started[1]?.();
    expect(await next).toEqual({ done: false, value: finding('1') });
    // Nobody asks for another finding, so no task takes the place of the one that ended.
    await turn();
    expect(started).toHaveLength(2);
    const last = findings.next();
    await turn();
    expect(started).toHaveLength(3);
    started[2]?.();
    expect(await last).toEqual({ done: false, value: finding('2') });
  });

  it('give their place to another while they pause, and need one to go on', async () => {
    const tasks = new Tasks(1);
    const steps: string[] = [];
    const pausing: Task = async () => {
      await tasks.pause(turn());
      steps.push('paused task goes on');
      return [];
    };
    const other: Task = async () => {
      steps.push('other task starts');
      for (const _ of Array(5)) await turn();
      steps.push('other task ends');
      return [];
    };
    expect(await tasks.run(async () => [pausing, other]).next()).toEqual({ done: true });
    expect(steps).toEqual(['other task starts', 'other task ends', 'paused task goes on']);
  });

  it('end with the reason of the signal, after the last finding too', async () => {
    const stop = new AbortController();
    const findings = new Tasks(2, stop.signal).run(task('a'));
    await findings.next();
    stop.abort('stopped');
    await expect(findings.next()).rejects.toBe('stopped');
  });
});
