import { describe, expect, it } from 'vitest';
import { digestChallenges } from '../../../src/auth/digest/challenge.js';
import { DigestSession } from '../../../src/auth/digest/credentials.js';
import { NonceCounts } from '../../../src/auth/digest/nonce-counts.js';

const [challenge] = digestChallenges('Digest realm="r", nonce="0", qop="auth"');
if (challenge === undefined) throw new Error('No usable challenge');
const first = DigestSession.open(challenge, { username: 'u', password: 'p' });

function fill(counts: NonceCounts, from: number, to: number): void {
  for (let i = from; i <= to; i += 1) counts.live(first.withNonce(`${i}`)).count.nc = i;
}

const countOf = (counts: NonceCounts, nonce: string) => counts.live(first.withNonce(nonce)).count.nc;

describe('NonceCounts', () => {
  it('begins at nothing, with the session that it was given', () => {
    const live = new NonceCounts().live(first);
    expect(live.session).toBe(first);
    expect(live.count).toEqual({ nc: 0 });
  });

  it('shares a count by the value of the nonce, not by the session', () => {
    const counts = new NonceCounts();
    const [one, again, other] = [
      counts.live(first),
      counts.live(first.withNonce('0')),
      counts.live(first.withNonce('1')),
    ];
    one.count.nc = 7;
    expect(again.count.nc).toBe(7);
    expect(again.session).not.toBe(one.session);
    expect(other.count.nc).toBe(0);
  });

  it('remembers 1,000', () => {
    const counts = new NonceCounts();
    fill(counts, 1, 1000);
    expect(countOf(counts, '1')).toBe(1);
  });

  it('forgets the oldest of more, and no other', () => {
    const counts = new NonceCounts();
    fill(counts, 1, 1001);
    expect(countOf(counts, '2')).toBe(2);
    expect(countOf(counts, '1001')).toBe(1001);
    expect(countOf(counts, '1')).toBe(0);
  });

  it('counts as young what was used again', () => {
    const counts = new NonceCounts();
    fill(counts, 1, 1000);
    expect(countOf(counts, '1')).toBe(1);
    fill(counts, 1001, 1999);
    expect(countOf(counts, '1')).toBe(1);
    expect(countOf(counts, '2')).toBe(0);
  });

  it('leaves a nonce its count where it is forgotten while in use', () => {
    const counts = new NonceCounts();
    const live = counts.live(first);
    fill(counts, 1, 1000);
    live.count.nc += 1;
    expect(live.count.nc).toBe(1);
  });
});
