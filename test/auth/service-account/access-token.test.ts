import { describe, expect, it, vi } from 'vitest';
import { renewalTime, tokenResponseSchema } from '../../../src/auth/service-account/access-token.js';

const expiresAt = 1_700_000_000_000;
const tokenOf = (lifetime: number) => ({ accessToken: 'token', lifetime, expiresAt, isFetched: true });

describe('the renewal of a token', () => {
  it.each([
    { life: '30 s', lifetime: 30_000, least: 3_000 },
    { life: 'an hour', lifetime: 3_600_000, least: 60_000 },
    { life: 'ten minutes', lifetime: 600_000, least: 60_000 },
    { life: 'a day', lifetime: 86_400_000, least: 60_000 },
    { life: '0 s', lifetime: 0, least: 0 },
  ])('is one to two margins before it expires, with a lifetime of $life', ({ lifetime, least }) => {
    const token = tokenOf(lifetime);
    const margin = expiresAt - renewalTime(token);
    expect(margin).toBeGreaterThanOrEqual(least);
    expect(margin).toBeLessThanOrEqual(2 * least);
  });

  it('has a random margin per process', async () => {
    const token = tokenOf(3_600_000);
    const margins = [];
    for (const chance of [0, 0.25, 1]) {
      vi.resetModules();
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      const copy = await import('../../../src/auth/service-account/access-token.js');
      margins.push(expiresAt - copy.renewalTime(token));
    }
    expect(margins).toEqual([60_000, 75_000, 120_000]);
  });
});

describe('a token response', () => {
  it.each<[what: string, answer: { access_token: string } & Record<string, unknown>, seconds: number]>([
    ['all fields', { access_token: 'a.b-c_d~e+f/g==', expires_in: 3600, token_type: 'Bearer' }, 3600],
    ['a token type in lower case', { access_token: 'token', expires_in: 30, token_type: 'bearer' }, 30],
    ['a lifetime as text', { access_token: 'token', expires_in: '30' }, 30],
    ['no lifetime', { access_token: 'token', token_type: 'Bearer' }, 3600],
    ['null', { access_token: 'token', expires_in: null, token_type: null }, 3600],
    ['more fields', { access_token: 'token', scope: 'more', refresh_token: 'unasked' }, 3600],
    ['8,192 characters', { access_token: 'a'.repeat(8_192) }, 3600],
  ])('is valid with %s', (_what, answer, seconds) => {
    expect(tokenResponseSchema.parse(answer)).toMatchObject({ access_token: answer.access_token, expires_in: seconds });
  });

  it.each([
    { what: 'nothing', answer: undefined },
    { what: 'a list', answer: [] },
    { what: 'no token', answer: { token_type: 'Bearer', expires_in: 3600 } },
    { what: 'an empty token', answer: { access_token: '' } },
    { what: 'a numeric token', answer: { access_token: 17 } },
    { what: 'a space in the token', answer: { access_token: 'two words' } },
    { what: 'more than 8,192 characters', answer: { access_token: 'a'.repeat(8_193) } },
    { what: 'a line break in the token', answer: { access_token: 'line\nbreak' } },
    { what: 'another token type', answer: { access_token: 'token', token_type: 'mac' } },
    { what: 'a token type that starts with "bearer"', answer: { access_token: 'token', token_type: 'bearers' } },
    { what: 'a token type that ends with "bearer"', answer: { access_token: 'token', token_type: 'forbearer' } },
    { what: 'a word as its lifetime', answer: { access_token: 'token', expires_in: 'soon' } },
    { what: 'a negative lifetime', answer: { access_token: 'token', expires_in: -1 } },
  ])('is invalid: $what', ({ answer }) => {
    expect(tokenResponseSchema.safeParse(answer).success).toBe(false);
  });
});
