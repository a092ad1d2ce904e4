import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { onTestFinished } from 'vitest';
import { states } from '../../../src/cli/states.js';
import { type History, printPage, readReports } from '../../../src/report/index.js';

export const hour = 3_600_000;
const day = 24 * hour;
export const shop = { groupId: 'a'.repeat(24), groupName: 'Shop' };
const start = Date.parse('2026-11-01T00:00:00Z');

/** A time, such as `at(3, 6)` for 6 o'clock on 3 November, UTC. */
export const at = (dayOfMonth: number, hours = 6): string =>
  new Date(start + (dayOfMonth - 1) * day + hours * hour).toISOString();

/** A report of noon on a day of November. */
export const reportOf = (dayOfMonth: number, findings: readonly unknown[], more: object = {}) => ({
  formatVersion: 1,
  checkedAt: at(dayOfMonth, 12),
  version: '0.1.0',
  server: 'https://cloud.mongodb.com',
  login: 'API key',
  options: {},
  summary: { projects: 1 },
  notChecked: [],
  findings,
  ...more,
});

/** A snapshot of 6 o'clock on a day of November. */
export const snapshot = (dayOfMonth: number, more: object = {}) => ({
  status: 'completed',
  createdAt: at(dayOfMonth),
  ...more,
});

/** A finding of a dedicated cluster whose backups are of these days, the oldest first. */
export function finding(state: string, days: readonly number[] = [], more: object = {}) {
  const [oldest, newest] = [days[0], days.at(-1)];
  const found = { ...shop, clusterName: 'carts', clusterType: 'dedicated', state, maxAge: 26 * hour };
  if (oldest === undefined || newest === undefined) return { ...found, maxAge: undefined, ...more };
  return { ...found, time: at(newest), oldest: { time: at(oldest) }, backups: days.length, ...more };
}

/** The evidence of these days, the newest backup first, as Atlas sends it. */
export const evidenceOf = (days: readonly number[], more: object = {}) => ({
  evidence: {
    cluster: {},
    snapshots: days.map((dayOfMonth) => snapshot(dayOfMonth)).reverse(),
    restores: [],
    errors: [],
    ...more,
  },
});

/** Writes files with these texts, or reports as JSON. Returns their names. */
export function write(...reports: readonly (object | string)[]): string[] {
  const folder = mkdtempSync(`${tmpdir()}/report-`);
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return reports.map((report, index) => {
    const file = `${folder}/${index + 1}.json`;
    writeFileSync(file, typeof report === 'string' ? report : JSON.stringify(report));
    return file;
  });
}

/** What the command knows. */
export const knowledge = {
  states,
  covers: (
    pattern: string,
    { groupName, clusterName }: { readonly groupName?: unknown; readonly clusterName?: unknown },
  ) => pattern === `${groupName}/${clusterName}`,
  now: Date.parse(at(30, 13)),
};

export const read = (files: readonly string[], more: object = {}): Promise<History> =>
  readReports(files, { ...knowledge, ...more }, new AbortController().signal);

/** Prints the page of these reports, which is made on a day of November. */
export async function print(reports: readonly (object | string)[], madeOn = 30): Promise<string> {
  const now = Date.parse(at(madeOn, 13));
  const history = await read(write(...reports), { now });
  return [...printPage(history, { ...knowledge, now })].join('\n');
}

/** The text of HTML, with a line for each element that stands for itself. */
export function textOf(html: string): string {
  const lines = html
    .replace(/<(style|title|svg)\b.*?<\/\1>/gs, '')
    .replace(/<\/?(?:div|dt|dd|li|p|h\d|summary|section|details|dl|ul|td|th)\b[^>]*>/g, '\n');
  const plain = lines.replace(/<[^>]*>/g, '').replace(/&(lt|gt|#39|quot|amp);/g, (_, name) => characters[name] ?? '');
  return plain.replace(/\s*\n\s*/g, '\n').trim();
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', '#39': "'", quot: '"', amp: '&' };

const rowOf = (html: string, clusterName: string): string => {
  const [, ...rows] = html.split('<details class="row"');
  return rows.find((row) => row.includes(`<bdi>${clusterName}</bdi>`))?.split('</details>')[0] ?? '';
};

/** The details of a cluster: the lines under each title. */
export function detailsOf(html: string, clusterName = 'carts'): Record<string, string[]> {
  const row = rowOf(html, clusterName);
  const lines = [...row.matchAll(/<dt>(.*?)(<dd>.*?)<\/div>/g)];
  return Object.fromEntries(lines.map(([, title, texts = '']) => [title, texts.split('<dd>').slice(1).map(textOf)]));
}

/** The titles of the bars and marks of a cluster. */
export function titlesOf(html: string, clusterName = 'carts'): string[] {
  const row = rowOf(html, clusterName);
  return [...row.matchAll(/<title>(.*?)<\/title>/g)].map(([, title = '']) => title.replaceAll('2026-11-', ''));
}
