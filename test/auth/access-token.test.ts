import { describe, expect, it, vi } from 'vitest';
import { renewalTime, storedTokenSchema, tokenResponseSchema } from '../../src/auth/service-account/access-token.js';

const tokenOf = (lifetime: number, expiresAt = 1_700_000_000_000) => ({ accessToken: 'token', lifetime, expiresAt });

describe('a token is to be renewed', () => {
  it.each([
    { life: '30 s', lifetime: 30_000, least: 3_000 },
    { life: 'an hour', lifetime: 3_600_000, least: 60_000 },
    { life: 'ten minutes', lifetime: 600_000, least: 60_000 },
    { life: 'a day', lifetime: 86_400_000, least: 60_000 },
    { life: 'no time', lifetime: 0, least: 0 },
  ])('one to two margins before its death, with a life of $life', ({ lifetime, least }) => {
    const token = tokenOf(lifetime);
    const margin = token.expiresAt - renewalTime(token);
    expect(margin).toBeGreaterThanOrEqual(least);
    expect(margin).toBeLessThanOrEqual(2 * least);
  });

  it('always as early, in one process', () => {
    const token = tokenOf(3_600_000);
    expect(renewalTime(token)).toBe(renewalTime({ ...token, accessToken: 'other' }));
  });

  it('at a time of its own, in another process', async () => {
    const token = tokenOf(3_600_000);
    const margins = [];
    for (const chance of [0, 0.25, 1]) {
      vi.resetModules();
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      const another = await import('../../src/auth/service-account/access-token.js');
      margins.push(token.expiresAt - another.renewalTime(token));
    }
    expect(margins).toEqual([60_000, 75_000, 120_000]);
  });
});

describe('the answer of a token endpoint', () => {
  it.each([
    { answer: { access_token: 'a.b-c_d~e+f/g==', expires_in: 3600, token_type: 'Bearer' }, seconds: 3600 },
    { answer: { access_token: 'token', expires_in: 30, token_type: 'bearer' }, seconds: 30 },
    { answer: { access_token: 'token', expires_in: '30' }, seconds: 30 },
    { answer: { access_token: 'token', token_type: 'Bearer' }, seconds: 3600 },
    { answer: { access_token: 'token', expires_in: null, token_type: null }, seconds: 3600 },
    { answer: { access_token: 'token', scope: 'more', refresh_token: 'unasked' }, seconds: 3600 },
  ])('is taken: %j', ({ answer, seconds }) => {
    expect(tokenResponseSchema.parse(answer)).toMatchObject({ access_token: answer.access_token, expires_in: seconds });
  });

  it.each([
    { what: 'nothing', answer: undefined },
    { what: 'text', answer: 'token' },
    { what: 'a list', answer: [] },
    { what: 'no token', answer: { token_type: 'Bearer', expires_in: 3600 } },
    { what: 'an empty token', answer: { access_token: '' } },
    { what: 'null for a token', answer: { access_token: null } },
    { what: 'a number for a token', answer: { access_token: 17 } },
    { what: 'a token of two words', answer: { access_token: 'two words' } },
    { what: 'a line break in the token', answer: { access_token: 'line\nbreak' } },
    { what: 'another type', answer: { access_token: 'token', token_type: 'mac' } },
    { what: 'a type that begins as the right one', answer: { access_token: 'token', token_type: 'bearers' } },
    { what: 'a type that ends as the right one', answer: { access_token: 'token', token_type: 'forbearer' } },
    { what: 'words for a lifetime', answer: { access_token: 'token', expires_in: 'soon' } },
    { what: 'a negative lifetime', answer: { access_token: 'token', expires_in: -1 } },
    { what: 'an object for a lifetime', answer: { access_token: 'token', expires_in: {} } },
  ])('is not taken with $what', ({ answer }) => {
    expect(tokenResponseSchema.safeParse(answer).success).toBe(false);
  });
});

describe('a token in a store', () => {
  it('is read whatever else stands beside it', () => {
    const token = tokenOf(3_600_000);
    expect(storedTokenSchema.parse({ ...token, version: 2 })).toEqual(token);
  });

  it.each([
    { what: 'nothing', value: undefined },
    { what: 'null', value: null },
    { what: 'text', value: 'token' },
    { what: 'an empty object', value: {} },
    { what: 'no token in it', value: { ...tokenOf(1), accessToken: 'two words' } },
    { what: 'a date in words', value: { ...tokenOf(1), expiresAt: '2026-01-01' } },
    { what: 'no number for a date', value: { ...tokenOf(1), expiresAt: Number.NaN } },
    { what: 'a life without end', value: { ...tokenOf(1), expiresAt: Number.POSITIVE_INFINITY } },
    { what: 'no lifetime', value: { ...tokenOf(1), lifetime: null } },
    // It would be taken for alive after its death.
    { what: 'a negative lifetime', value: { ...tokenOf(1), lifetime: -1 } },
  ])('is not taken: $what', ({ value }) => {
    expect(storedTokenSchema.safeParse(value).success).toBe(false);
  });
});
