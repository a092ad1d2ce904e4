import { describe, expect, it } from 'vitest';
import { covers, type Named, readPattern } from '../../src/cli/patterns.js';
import { ofShop, shop } from './support/reports.js';

const none = (clusterName: string, groupName: string | undefined = 'Web Shop') => ({
  ...ofShop(clusterName),
  groupName,
});
/** A project without a name. */
const nameless: Named = { ...ofShop('carts'), groupName: undefined };
const list: Named = { ...ofShop(''), clusterName: undefined };

const pattern = (text: string) => readPattern('--exclude', text);

describe('a pattern', () => {
  it.each<[text: string, cluster: Named]>([
    ['Web Shop/carts', none('carts')],
    [`${shop}/carts`, none('carts')],
    [`${shop}/car*`, nameless],
    ['*/*', nameless],
    ['Web*/*', none('carts')],
    ['*/test-*', none('test-1')],
    ['*/*-a-*', none('x-a-b-c')],
    ['Web Shop/*', list],
    ['Web Shop/**', list],
    ['*p/*c**s', none('carts')],
    ['A/B/carts', none('carts', 'A/B')],
    ['[a].(b)+\\d?|/carts', none('carts', '[a].(b)+\\d?|')],
    ['WebShop/carts', none('carts\u200b', ' Web\u0007Shop ')],
    [': :add-mask::x/: :carts', none(' ::carts', ':\u200b:add-mask::x')],
  ])('%s covers its clusters', (text, cluster) => {
    expect(covers(pattern(text), cluster)).toBe(true);
  });

  it.each<[text: string, cluster: Named]>([
    ['web shop/carts', none('carts')],
    ['Web Shop/Carts', none('carts')],
    ['Web Shop/cart', none('carts')],
    ['Web Shop/arts', none('carts')],
    ['Web.Shop/carts', none('carts')],
    ['Web Shop/car*', list],
    ['A/*', none('carts', 'A/B')],
    ['Office/*', none('carts')],
    ['Web Shop*hop/*', none('carts')],
    ['Web Shop/ca*ar*s', none('carts')],
    ['Web Shop/*a*a*', none('carts')],
    [`${'*a'.repeat(5_000)}x/*`, none('carts', 'a'.repeat(10_000))],
    ['Web Shop/carts*s', none('carts')],
    [`*${shop.slice(-1)}/carts`, nameless],
  ])('%s does not cover others', (text, cluster) => {
    expect(covers(pattern(text), cluster)).toBe(false);
  });

  it.each(['', 'carts', '/carts', 'Web Shop/', '/'])('is not %j', (text) => {
    expect(() => readPattern('--include', text)).toThrow('--include must be a project and a cluster');
  });
});
