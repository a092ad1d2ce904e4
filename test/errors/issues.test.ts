import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toIssues } from '../../src/errors/issues.js';

function issuesOf(schema: z.ZodType, value: unknown) {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error('The value is valid');
  return toIssues(error);
}

describe('toIssues', () => {
  it('joins a path with dots, and leaves it empty for the value itself', () => {
    const schema = z.object({ links: z.array(z.object({ href: z.string('must be a string') })) });
    expect(issuesOf(schema, { links: [{ href: 'a' }, { href: 1 }] })).toEqual([
      { path: 'links.1.href', message: 'must be a string' },
    ]);
    expect(issuesOf(z.string('must be a string'), 1)).toEqual([{ path: '', message: 'must be a string' }]);
  });

  it.each([
    [19, 19],
    [20, 20],
    [21, 20],
  ])('turns %i issues into %i', (length, kept) => {
    const issues = issuesOf(z.array(z.string()), new Array(length).fill(1));
    expect(issues).toHaveLength(kept);
    expect(issues.at(-1)?.path).toBe(String(kept - 1));
  });

  it('cuts a path at 100 characters and a message at 200', () => {
    const key = 'k'.repeat(101);
    const [issue] = issuesOf(z.record(z.string(), z.string('m'.repeat(201))), { [key]: 1 });
    expect(issue).toEqual({ path: 'k'.repeat(100), message: 'm'.repeat(200) });
  });
});
