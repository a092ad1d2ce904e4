import { describe, expect, it } from 'vitest';
import { excludes, readExclusion } from '../../src/cli/exclusions.js';
import { type NamedFinding, nameFinding } from '../../src/cli/names.js';
import { down, ofShop, shop } from './support/reports.js';

const none = (clusterName: string, groupName = 'Web Shop') =>
  nameFinding({ ...ofShop(clusterName), groupName, state: 'none' });
const list = nameFinding({ ...ofShop(''), clusterName: undefined, state: 'unknown', error: down });

describe('an exclusion', () => {
  it.each<[pattern: string, finding: NamedFinding]>([
    ['Web Shop/carts', none('carts')],
    [`${shop}/carts`, none('carts')],
    ['Web*/*', none('carts')],
    ['*/test-*', none('test-1')],
    ['*/*-a-*', none('x-a-b-c')],
    ['Web Shop/*', list],
    ['*p*/c**s', none('carts')],
    ['*-*-*-*-*-*-*-*-x/*', none('carts', `${'-'.repeat(100)}x`)],
    ['A/B/carts', none('carts', 'A/B')],
    ['A*/carts', none('carts', 'A/B\nC')],
    ['[a].(b)+\\d?|/carts', none('carts', '[a].(b)+\\d?|')],
    ['WebShop/carts', none('carts\u200b', ' Web\u0007Shop ')],
    [': :add-mask::x/: :carts', none(' ::carts', ':\u200b:add-mask::x')],
    [`${'y'.repeat(200)}/*`, none('carts', 'y'.repeat(1_000_000))],
    [`${shop}/carts`, none('carts', '::add-mask::x')],
  ])('%s covers its clusters', (pattern, finding) => {
    expect(excludes(readExclusion(pattern), finding)).toBe(true);
  });

  it.each<[pattern: string, finding: NamedFinding]>([
    ['web shop/carts', none('carts')],
    ['Web Shop/Carts', none('carts')],
    ['Web/carts', none('carts')],
    ['Shop/carts', none('carts')],
    ['Web Shop/cart', none('carts')],
    ['Web Shop/arts', none('carts')],
    ['Web.Shop/carts', none('carts')],
    ['Web Shop/car*', list],
    ['A/*', none('carts', 'A/B')],
    ['Office/*', none('carts')],
    ['Web Shop*hop/*', none('carts')],
    ['Web Shop/ca*ar*s', none('carts')],
    ['*-*-*-*-*-*-*-*-x/*', none('carts', '-'.repeat(100))],
  ])('%s does not cover others', (pattern, finding) => {
    expect(excludes(readExclusion(pattern), finding)).toBe(false);
  });

  it.each(['', 'carts', '/carts', 'Web Shop/', '/'])('is not %j', (pattern) => {
    expect(() => readExclusion(pattern)).toThrow('--exclude must be a project and a cluster');
  });
});
