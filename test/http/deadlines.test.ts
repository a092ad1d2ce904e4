import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Deadline, Deadlines } from '../../src/http/deadlines.js';
import { fakeClock } from '../support/fault-clock.js';

fakeClock();

let deadlines: Deadlines;
let ended: string[];

beforeEach(() => {
  deadlines = new Deadlines();
  ended = [];
});

class Due implements Deadline {
  slot = -1;
  isAwaited = true;
  expiresAt: number;
  readonly name: string;
  readonly onEnd: () => void;

  constructor(name: string, duration: number, onEnd: () => void = () => undefined) {
    this.name = name;
    this.expiresAt = performance.now() + duration;
    this.onEnd = onEnd;
    deadlines.add(this);
  }

  expire(): void {
    ended.push(this.name);
    this.onEnd();
  }
}

/** As a token request whose calls have ended. */
function addUnawaited(name: string, duration: number): Due {
  const due = new Due(name, duration);
  deadlines.remove(due);
  due.isAwaited = false;
  deadlines.add(due);
  return due;
}

class Waiting extends Due {
  stopWaiting(): void {
    ended.push(`${this.name} stopped`);
    deadlines.remove(this);
  }
}

const settled = async (promise: Promise<unknown>) => {
  let done = false;
  void promise.then(() => {
    done = true;
  });
  // More turns than any chain of promises in it has.
  for (let turn = 0; turn < 10; turn += 1) await Promise.resolve();
  return done;
};

describe('a deadline', () => {
  it('expires once, in its time and not before', () => {
    new Due('a', 100);
    vi.advanceTimersByTime(99);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(ended).toEqual(['a']);
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual(['a']);
  });

  it('expires each in its time, in whatever order they come', () => {
    new Due('b', 200);
    new Due('a', 100);
    new Due('d', 400);
    new Due('c', 300);
    for (const [time, names] of [
      [101, 'a'],
      [100, 'ab'],
      [100, 'abc'],
      [100, 'abcd'],
    ] as const) {
      vi.advanceTimersByTime(time);
      expect(ended.join('')).toBe(names);
    }
    expect(vi.getTimerCount()).toBe(0);
  });

  it('expires with the one before it, where it is due by then', () => {
    new Due('a', 100);
    new Due('b', 101);
    vi.advanceTimersByTime(101);
    expect(ended).toEqual(['a', 'b']);
  });

  it('that is past expires at once, but not within add', () => {
    new Due('a', -100);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(ended).toEqual(['a']);
  });

  it('that is removed does not expire', () => {
    const a = new Due('a', 100);
    new Due('b', 100);
    deadlines.remove(a);
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual(['b']);
  });

  it.each([
    ['first', 0],
    ['middle', 1],
    ['last', 2],
  ])('that is the %s of three can be removed, and removed again', (_place, index) => {
    const all = ['a', 'b', 'c'].map((name) => new Due(name, 100));
    const gone = all[index];
    if (gone === undefined) throw new Error('There are three');
    deadlines.remove(gone);
    deadlines.remove(gone);
    vi.advanceTimersByTime(101);
    expect([...ended].sort()).toEqual(all.filter((due) => due !== gone).map(({ name }) => name));
  });

  it('that was never added can be removed', () => {
    const a = new Due('a', 100);
    deadlines.remove({ slot: -1, isAwaited: true, expiresAt: 0, expire: () => undefined });
    expect(a.slot).toBe(0);
    vi.advanceTimersByTime(101);
    expect(ended).toEqual(['a']);
  });

  it('that is added twice is removed at once', async () => {
    const a = new Due('a', 100);
    a.expiresAt += 100;
    deadlines.add(a);
    deadlines.remove(a);
    expect(await settled(deadlines.drain())).toBe(true);
    vi.advanceTimersByTime(1000);
    expect(ended).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('that is added twice expires once, at the later time', () => {
    const a = new Due('a', 100);
    a.expiresAt += 100;
    deadlines.add(a);
    vi.advanceTimersByTime(150);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(100);
    expect(ended).toEqual(['a']);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('may be put in again after its end', () => {
    const a = new Due('a', 100);
    vi.advanceTimersByTime(101);
    a.expiresAt = performance.now() + 100;
    deadlines.add(a);
    vi.advanceTimersByTime(101);
    expect(ended).toEqual(['a', 'a']);
  });

  it('may remove others that are due, and begin new ones', () => {
    const others: Due[] = [];
    new Due('a', 100, () => {
      for (const other of others) deadlines.remove(other);
      new Due('new', 50);
    });
    others.push(new Due('b', 100), new Due('c', 100));
    vi.advanceTimersByTime(101);
    expect(ended).toEqual(['a']);
    vi.advanceTimersByTime(60);
    expect(ended).toEqual(['a', 'new']);
  });

  it('may begin one that is due at once', () => {
    new Due('a', 100, () => new Due('new', 0));
    vi.advanceTimersByTime(110);
    expect(ended).toEqual(['a', 'new']);
  });

  it('may be further away than setTimeout can count', () => {
    const days = 86_400_000;
    new Due('a', 30 * days);
    vi.advanceTimersByTime(29 * days);
    expect(ended).toEqual([]);
    vi.advanceTimersByTime(2 * days);
    expect(ended).toEqual(['a']);
  });
});

describe('the timer', () => {
  it('is one, however many there are', () => {
    for (let count = 0; count < 100; count += 1) new Due('x', 1000 - count);
    expect(vi.getTimerCount()).toBe(1);
  });

  it('is set once for one deadline', () => {
    const set = vi.spyOn(globalThis, 'setTimeout');
    new Due('a', 100);
    vi.advanceTimersByTime(200);
    expect(ended).toEqual(['a']);
    expect(set).toHaveBeenCalledTimes(1);
  });

  it('is not set anew for a later deadline', () => {
    new Due('a', 100);
    const set = vi.spyOn(globalThis, 'setTimeout');
    new Due('b', 100);
    new Due('c', 200);
    expect(set).not.toHaveBeenCalled();
    new Due('d', 50);
    expect(set).toHaveBeenCalledTimes(1);
  });

  it('keeps the process alive while something is under way', () => {
    const timers: NodeJS.Timeout[] = [];
    const set = globalThis.setTimeout;
    vi.spyOn(globalThis, 'setTimeout').mockImplementation((...parameters: Parameters<typeof setTimeout>) => {
      const timer = set(...parameters);
      timers.push(timer);
      return timer;
    });
    const alive = () => timers[0]?.hasRef();
    const a = new Due('a', 100);
    expect(alive()).toBe(true);
    const b = new Due('b', 100);
    deadlines.remove(a);
    expect(alive()).toBe(true);
    deadlines.remove(b);
    expect(alive()).toBe(false);
    // The timer is still set, for a time before that of the next.
    const c = new Due('c', 200);
    expect(timers).toHaveLength(1);
    expect(alive()).toBe(true);
    deadlines.remove(c);
    expect(alive()).toBe(false);
  });
});

describe('drain', () => {
  it('ends at once where nothing is under way', async () => {
    expect(deadlines.isDraining).toBe(false);
    const drained = deadlines.drain();
    expect(deadlines.isDraining).toBe(true);
    expect(await settled(drained)).toBe(true);
  });

  it('stops what only waits, and waits for the rest', async () => {
    new Waiting('a', 100);
    const b = new Due('b', 100);
    new Waiting('c', 100);
    const drained = deadlines.drain();
    expect(ended).toEqual(['a stopped', 'c stopped']);
    expect(await settled(drained)).toBe(false);
    deadlines.remove(b);
    expect(await settled(drained)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('waits for what expires meanwhile', async () => {
    new Due('a', 100);
    new Due('b', 200);
    const drained = deadlines.drain();
    vi.advanceTimersByTime(150);
    expect(await settled(drained)).toBe(false);
    vi.advanceTimersByTime(100);
    expect(await settled(drained)).toBe(true);
    expect(ended).toEqual(['a', 'b']);
  });

  it('leaves no timer', async () => {
    deadlines.remove(new Due('a', 100));
    expect(vi.getTimerCount()).toBe(1);
    await deadlines.drain();
    expect(vi.getTimerCount()).toBe(0);
  });
});

describe('a deadline that nobody waits for', () => {
  it('holds up no close, and expires all the same', async () => {
    addUnawaited('a', 100);
    expect(await settled(deadlines.drain())).toBe(true);
    vi.advanceTimersByTime(101);
    expect(ended).toEqual(['a']);
  });

  it('leaves the close to those that somebody waits for', async () => {
    const awaited = new Due('a', 100);
    const drained = deadlines.drain();
    deadlines.remove(addUnawaited('b', 50));
    expect(await settled(drained)).toBe(false);
    deadlines.remove(awaited);
    expect(await settled(drained)).toBe(true);
  });

  it('keeps no process alive, one that somebody waits for does', () => {
    const unref = vi.spyOn(globalThis, 'setTimeout');
    const timer = () => unref.mock.results.at(-1)?.value;
    const first = addUnawaited('a', 100);
    new Due('b', 50);
    expect(timer().hasRef()).toBe(true);
    deadlines.remove(first);
    expect(timer().hasRef()).toBe(true);
    vi.advanceTimersByTime(51);
    addUnawaited('c', 500);
    expect(timer().hasRef()).toBe(false);
    const last = new Due('d', 1000);
    expect(timer().hasRef()).toBe(true);
    deadlines.remove(last);
    expect(timer().hasRef()).toBe(false);
  });
});
