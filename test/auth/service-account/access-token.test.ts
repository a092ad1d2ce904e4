import { describe, expect, it, vi } from 'vitest';
import { renewalTime } from '../../../src/auth/service-account/access-token.js';

const expiresAt = 1_700_000_000_000;
const tokenOf = (lifetime: number) => ({ accessToken: 'token', lifetime, expiresAt });

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
