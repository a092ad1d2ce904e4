import { beforeAll, describe, expect, inject, it } from 'vitest';
import { command } from '../support/command.js';

interface Report {
  isOne: boolean;
  known: { name: string; any: boolean[]; code: boolean[]; match: boolean[]; instance: boolean[] }[];
}

let report: Report;

beforeAll(async () => {
  const { stdout, output } = await command(process.execPath, ['copies.mjs'], { cwd: inject('consumer') });
  expect(stdout, output).toMatch(/^\{/);
  report = JSON.parse(stdout);
});

describe('two copies of the package in one process', () => {
  it('are separate', () => {
    expect(report.isOne).toBe(false);
    expect(report.known.filter(({ instance }) => !instance[0])).toHaveLength(6);
  });

  it("recognize each other's errors", () => {
    expect(report.known).toHaveLength(9);
    for (const { any, code, match } of report.known) {
      expect({ any, code, match }).toEqual({ any: [true, true], code: [true, false], match: [true, false] });
    }
  });
});
