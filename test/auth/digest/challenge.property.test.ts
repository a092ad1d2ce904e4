import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestChallenges, parseChallenges } from '../../../src/auth/digest/challenge.js';

/** Text with many characters that have a meaning in a challenge. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('"', '\\', ',', '=', ' ', '\t', 'a', 'Digest ', 'realm="', 'nonce=', '\r\n', 'ü', '@'),
  }),
);

it('reads the challenge on the next line whatever a server sends, and no control character', () => {
  fc.assert(
    fc.property(hostile, (line) => {
      const header = [line, 'Digest realm="r", nonce="good"'];
      expect(digestChallenges(header).at(-1)?.nonce).toBe('good');
      const texts = parseChallenges(header).flatMap(({ scheme, params }) => [
        scheme,
        ...params.keys(),
        ...params.values(),
      ]);
      expect(texts.join('')).not.toMatch(/[^\t -~\x80-\uffff]/);
    }),
    { numRuns: 200 },
  );
});
