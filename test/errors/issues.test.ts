import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { invalidArguments, toIssues } from '../../src/errors/issues.js';
import { Mask } from '../../src/errors/mask.js';

function issuesOf(schema: z.ZodType, value: unknown, mask?: Mask) {
  const { error } = schema.safeParse(value);
  if (error === undefined) throw new Error('The value is valid');
  return toIssues(error, mask);
}

describe('toIssues', () => {
  it('joins a path with dots, and leaves it empty for the value itself', () => {
    const schema = z.object({ links: z.array(z.object({ href: z.string('must be a string') })) });
    expect(issuesOf(schema, { links: [{ href: 'a' }, { href: 1 }] })).toEqual([
      { path: 'links.1.href', message: 'must be a string' },
    ]);
    expect(issuesOf(z.string('must be a string'), 1)).toEqual([{ path: '', message: 'must be a string' }]);
  });

  it('keeps the first 20 issues', () => {
    const issues = issuesOf(z.array(z.string()), new Array(21).fill(1));
    expect(issues.map(({ path }) => path)).toEqual(Array.from({ length: 20 }, (_, index) => String(index)));
  });

  it('cuts a path at 100 characters and a message at 200', () => {
    const key = 'k'.repeat(101);
    const [issue] = issuesOf(z.record(z.string(), z.string('m'.repeat(201))), { [key]: 1 });
    expect(issue).toEqual({ path: 'k'.repeat(100), message: 'm'.repeat(200) });
  });

  it('masks secrets that the path or the message quotes, before it cuts them', () => {
    const secret = 'secret'.repeat(40);
    const [issue] = issuesOf(z.record(z.string(), z.string(`not ${secret}`)), { [secret]: 1 }, new Mask([secret]));
    expect(issue).toEqual({ path: '[masked]', message: 'not [masked]' });
  });
});

it('the error for invalid arguments lists the first thing that is wrong with each', () => {
  const error = invalidArguments('get', [
    { path: ['path'], message: 'must be a string' },
    { path: ['path'], message: 'must start with /api/atlas/' },
    { path: ['query', 'a'], message: 'must be a string' },
    { path: [], message: 'there is no option x' },
  ]);
  expect(error.message).toBe(
    'get was not sent because of invalid arguments: path: must be a string, query.a: must be a string, there is no option x.',
  );
  expect(error).toMatchObject({ operation: 'get', issues: [{ path: 'path' }, { path: 'query.a' }, { path: '' }] });
});
