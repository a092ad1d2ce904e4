import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { at, failed, finding, leftOut, print, type Reports, reportOf, shop, write } from './support/reports.js';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const hostile = '<img src=x onerror="document.title=1">\u202e\u0007</title><script>document.title=2</script>';

// 60 characters without a space.
const long = 'a'.repeat(60);

let browser: Browser;

beforeAll(async () => {
  browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
});
afterAll(() => browser.close());

const evidence = {
  snapshots: [{ status: 'completed', createdAt: at(2) }],
  restores: [{ finishedAt: at(3), targetClusterName: hostile }],
};

/** A report with every kind of row, whose names are hostile. */
const report = reportOf(
  5,
  [
    finding('carts', 'fresh', [1, 5], { evidence, lastFailed: { time: at(3) } }),
    ...['stale', 'short', 'paused', 'new', 'unknown'].map((state) => finding(state, state, [1])),
    finding('off', 'none', [], { reason: 'backup off' }),
    finding(long, 'stale', [1], { groupId: long, groupName: long }),
    finding(hostile, 'stale', [2], { groupId: hostile, groupName: hostile, error: { message: hostile } }),
    { ...shop, clusterType: 'flex', state: 'unknown', error: { message: 'No role.' } },
  ],
  {
    problems: [hostile],
    notChecked: [leftOut('free', 'free'), leftOut('test', 'excluded', hostile), leftOut(`${long}b`, 'excluded', long)],
  },
);

interface Look {
  readonly width: number;
  readonly colorScheme?: 'light' | 'dark';
}

/** Opens a page of these reports. Returns what it asked for too. */
async function open(
  reports: Reports,
  { width, colorScheme = 'light' }: Look,
): Promise<{ page: Page; requests: string[] }> {
  const [file = ''] = write({ 'page.html': await print(reports, 5) });
  const page = await browser.newPage({ viewport: { width, height: 800 }, colorScheme });
  onTestFinished(() => page.close());
  const requests: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  await page.goto(`file://${file}`);
  return { page, requests };
}

describe.each([1280, 400])('at %i px', (width) => {
  it.each(['light', 'dark'] as const)('has no violation of accessibility, and fits, in %s', async (colorScheme) => {
    const jobs = {
      'a/folder/with-a-very-long-name-without-a-space/and/more': [reportOf(-40, []), reportOf(1, [], failed), report],
      [long]: [reportOf(1, [finding(long, 'none')])],
    };
    const { page } = await open(jobs, { width, colorScheme });
    await page.evaluate("for (const row of document.querySelectorAll('details')) row.open = true");
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(width);
    await page.evaluate(axe);
    expect(await page.evaluate('axe.run().then(({ violations }) => violations)')).toEqual([]);
  });
});

it('is inert, whatever the names are', async () => {
  const { page, requests } = await open([report], { width: 1280 });
  expect(requests).toHaveLength(1);
  expect(await page.title()).toBe('6 of 9 clusters need attention, and 1 list could not be read.');
  expect(await page.locator('script, img, iframe, link, object, base, form').count()).toBe(0);
  const policy = await page.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute('content');
  expect(policy).toMatch(/^default-src 'none'; style-src 'unsafe-inline'/);
  const shown = '<img src=x onerror="document.title=1"></title><script>document.title=2</script>';
  expect(await page.locator('.row bdi').allTextContents()).toContain(shown);
  expect(await page.content()).not.toMatch(/\u202e/);
});

it('draws each state in a shape of its own, above the line if it is good, and below if it is bad', async () => {
  const { page } = await open([report], { width: 1280 });
  const line = 18.5;
  const boxes = (await page.evaluate(`Array.from(document.querySelectorAll('.legend rect'), (rect) => {
    const { y, height } = rect.getBBox();
    const { fill, stroke } = getComputedStyle(rect);
    return [rect.parentNode.getAttribute('class'), y, height, /url/.test(fill), stroke !== 'none'];
  })`)) as [kind: string, y: number, ...shape: unknown[]][];
  expect(new Set(boxes.map(([, ...shape]) => JSON.stringify(shape))).size).toBe(8);
  const above = boxes.filter(([, y]) => y < line - 3).map(([kind]) => kind);
  const below = boxes.filter(([, y]) => y > line).map(([kind]) => kind);
  expect([above.sort(), below.sort()]).toEqual([
    ['fresh', 'new', 'paused', 'unknown'],
    ['none', 'short', 'stale'],
  ]);
});

it('draws a day in the width of a day, and a dot in the middle of each', async () => {
  const { page } = await open([reportOf(1, []), report], { width: 1280 });
  const row = page.locator('.row', { hasText: 'carts' });
  const day = ((await row.locator('svg').boundingBox())?.width ?? 0) / 5;
  expect((await row.locator('.fresh rect').boundingBox())?.width).toBeCloseTo(day, 0);
  // The backups of the first two days are one line of dots.
  const dots = `[...document.querySelectorAll('.row .a-backup line')].map((line) => {
    const [x1, x2] = [line.x1.baseVal.value, line.x2.baseVal.value];
    return [x1, x1 + (x2 - x1) / line.getAttribute('pathLength')];
  })[0]`;
  const [first, second] = (await page.evaluate(dots)) as [number, number];
  expect([first, second].map((dot) => dot / day)).toEqual([expect.closeTo(0.5, 1), expect.closeTo(1.5, 1)]);
});

it('leads from what needs attention to its row, and opens both the row and its project', async () => {
  const { page } = await open([report], { width: 1280 });
  await page.evaluate("for (const open of document.querySelectorAll('details[open]')) open.open = false");
  await page.getByRole('link', { name: 'Shop / stale' }).first().click();
  const row = page.locator('.row', { has: page.locator('dl:target') });
  expect(await row.locator('.name bdi').textContent()).toBe('stale');
  expect(await row.locator('dl').isVisible()).toBe(true);
  expect(await row.locator('summary').isVisible()).toBe(true);
});

it('closes projects that are well to a line, under an axis that stays in sight', async () => {
  const findings = Array.from({ length: 40 }, (_, index) => {
    const project = { groupId: String(index), groupName: `Project ${index}` };
    return [1, 2, 3].map((number) =>
      finding(`c${number}`, index === 20 && number === 1 ? 'stale' : 'fresh', [1, 4], project),
    );
  });
  const { page } = await open([reportOf(1, []), reportOf(4, findings.flat())], { width: 1280 });
  expect(await page.evaluate('document.documentElement.scrollHeight')).toBeLessThan(3 * 800);
  expect(await page.locator('.project[open]').count()).toBe(1);
  const closed = page.locator('.project:not([open]) summary:visible');
  expect(new Set(await closed.allInnerTexts())).toContain('Project 39 3 clusters, all fresh');
  await page.getByText('Project 39').scrollIntoViewIfNeeded();
  await page.mouse.wheel(0, 500);
  await expect.poll(async () => (await page.locator('.axis').boundingBox())?.y).toBeLessThan(5);
  expect(await page.locator('.axis').count()).toBe(1);
});

it('shows all details on paper', async () => {
  const { page } = await open([report], { width: 1280 });
  await page.emulateMedia({ media: 'print' });
  const details = page.locator('.row dl');
  const visible = await Promise.all((await details.all()).map((list) => list.boundingBox()));
  expect(visible.every((box) => (box?.height ?? 0) > 10)).toBe(true);
  expect((await page.pdf({ preferCSSPageSize: true })).length).toBeGreaterThan(10_000);
});
