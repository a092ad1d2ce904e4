import { expect, it, vi } from 'vitest';

it.each([
  { life: '30 s', lifetime: 30_000, margin: 3_000 },
  { life: 'ten minutes', lifetime: 600_000, margin: 60_000 },
  { life: 'a day', lifetime: 86_400_000, margin: 60_000 },
  { life: '0 s', lifetime: 0, margin: 0 },
])(
  'a token with a lifetime of $life is renewed one to two margins before it expires, at random per process',
  async ({ lifetime, margin }) => {
    const expiresAt = 1_700_000_000_000;
    for (const chance of [0, 0.25, 1]) {
      vi.resetModules();
      vi.spyOn(Math, 'random').mockReturnValue(chance);
      const { renewalTime } = await import('../../../src/auth/service-account/access-token.js');
      expect(expiresAt - renewalTime({ accessToken: 't', lifetime, expiresAt })).toBe(margin * (1 + chance));
    }
  },
);
