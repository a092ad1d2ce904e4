import { describe, expect, it } from 'vitest';
import { checkUsage } from '../../src/cli/check-options.js';
import { optionsOf } from './support/reports.js';

const shop = 'a'.repeat(24);
const [hour, day] = [3_600_000, 86_400_000];

describe('the options of a check', () => {
  it('have the defaults that the usage names', () => {
    const ofCheck = { timeout: 600_000 };
    const defaults = { maxAge: { usual: undefined }, ofCheck, onlyProblems: false, isJson: false };
    expect(optionsOf()).toMatchObject(defaults);
    expect(checkUsage).toMatch(/--timeout TIME .* Default: 10m\./);
  });

  it.each<[args: string[], options: object]>([
    [['--max-age=1h', '--max-age=2d'], { maxAge: { usual: 2 * day } }],
    [['--max-age=schedule'], { maxAge: { usual: 'schedule' } }],
    [['--max-age=90s'], { maxAge: { usual: 90_000 } }],
    [['--max-age=a=b/c=32d'], { maxAge: { usual: undefined, patterns: [{ text: 'a=b/c' }] } }],
    [['--timeout=30m', '--timeout=2h'], { ofCheck: { timeout: 2 * hour } }],
    [['--timeout=25d'], { ofCheck: { timeout: 0x7fff_ffff } }],
    [['--include=a/b', '--include=a/c'], { include: [{ text: 'a/b' }, { text: 'a/c' }] }],
    [['--exclude=a/b', '--exclude=a/c'], { exclude: [{ text: 'a/b' }, { text: 'a/c' }] }],
    [['--problems', '--json'], { onlyProblems: true, isJson: true }],
  ])('%j are %j', (args, options) => {
    expect(optionsOf(...args)).toMatchObject(options);
  });

  it.each<[args: string[], limits: unknown[]]>([
    [[], [undefined, undefined]],
    [
      ['--max-age=a/*=schedule', '--min-history=14d'],
      ['schedule', 14 * day],
    ],
    [
      ['--max-age=a/*=1h', '--max-age=2h', '--min-history=a/b=1h', '--min-history=x/*=2h'],
      [2 * hour, hour],
    ],
    [
      ['--max-age=2h', '--max-age=a/b=32d'],
      [32 * day, undefined],
    ],
  ])('%j are the limits %j of a cluster', (args, limits) => {
    const { maxAge, minHistory } = optionsOf(...args);
    const cluster = { groupId: shop, groupName: 'a', clusterName: 'b', clusterType: 'flex' } as const;
    expect([maxAge.limitOf(cluster), minHistory.limitOf(cluster)]).toEqual(limits);
  });

  it.each<[args: string[], problem: string]>([
    [['Cluster0'], "Unexpected argument 'Cluster0'"],
    [['--projects', shop], 'Unknown option'],
    [['--include'], 'argument missing'],
    [['--include', '*/*', '--include', 'carts'], 'such as "Web Shop/test-*". It is "carts".'],
    [['--exclude', '*/*', '--exclude', 'carts'], '--exclude must be a project and a cluster'],
    [['--json=yes'], 'does not take an argument'],
    ...['26', '26hm', '0h', '1.5h', '1w', 'h', ' 1h', '9'.repeat(400).concat('d'), '', 'schedules'].map(
      (time): [string[], string] => [[`--max-age=${time}`], `such as 26h, or schedule. It is "${time}".`],
    ),
    [['--max-age', 'carts=2d'], '--max-age must be a project and a cluster'],
    [['--max-age', '=2d'], '--max-age must be a project and a cluster'],
    [['--max-age', 'a/b='], '--max-age must be a whole number above 0'],
    [['--min-history', 'schedule'], '--min-history must be a whole number above 0'],
    [['--inventory', 'package.json', '--output', './src/../package.json'], 'must not be the same file'],
    [['--inventory', 'x/missing', '--output', './x/missing'], 'must not be the same file'],
    [['--timeout', '0s'], '--timeout must be a whole number above 0'],
    [['--timeout', 'schedule'], '--timeout must be a whole number above 0'],
  ])('%j are wrong', (args, problem) => {
    expect(() => optionsOf(...args)).toThrow(problem);
  });
});
