import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname } from 'node:path';
import { onTestFinished } from 'vitest';
import { leftOutNames } from '../../../src/report/format.js';
import type { History } from '../../../src/report/jobs.js';
import { printPage } from '../../../src/report/page.js';
import { readReports } from '../../../src/report/read.js';
import { stateNames } from '../../../src/report/states.js';

export const hour = 3_600_000;
const day = 24 * hour;
export const shop = { groupId: 'a'.repeat(24), groupName: 'Shop' };
const start = Date.parse('2026-11-01T00:00:00Z');

/** A time, such as `at(3, 6)` for 6 o'clock on 3 November, UTC. */
export const at = (dayOfMonth: number, hours = 6): string =>
  new Date(start + (dayOfMonth - 1) * day + hours * hour).toISOString();

const counts = Object.fromEntries([...stateNames, ...leftOutNames].map((name) => [name, 0]));

/** A report of noon on a day of November. */
export const reportOf = (dayOfMonth: number, findings: readonly unknown[], more: object = {}) => ({
  formatVersion: 1,
  checkedAt: at(dayOfMonth, 12),
  finishedAt: at(dayOfMonth, 12.1),
  maxAge: 26 * hour,
  version: '0.1.0',
  server: 'https://cloud.mongodb.com',
  login: 'API key',
  options: {},
  summary: { ...counts, projects: 1, projectsNotListed: 0, clusters: findings.length, departed: 0 },
  notChecked: [],
  problems: [],
  findings,
  ...more,
});

export const failed = { error: { code: 'TIMEOUT', message: 'Atlas is down.' } };

/** A report whose machine had a clock that was ahead. */
export const withClock = (dayOfMonth: number, clockOffset: number, findings: readonly unknown[] = []) => {
  const report = reportOf(dayOfMonth, findings);
  return { ...report, summary: { ...report.summary, clockOffset } };
};

/** A finding of a dedicated cluster whose backups are of 6 o'clock on these days, the oldest first. */
export function finding(clusterName: string, state: string, days: readonly number[] = [], more: object = {}) {
  const [oldest, newest] = [days[0], days.at(-1)];
  const found = { ...shop, clusterName, clusterType: 'dedicated', state };
  if (oldest === undefined || newest === undefined) return { ...found, ...more };
  const backup = { time: at(newest), maxAge: 26 * hour, oldest: { time: at(oldest) }, backups: days.length };
  return { ...found, ...backup, ...more };
}

/** A report such as `on(3, 'a fresh, b none')`: a fresh backup is of that day, and a stale one of two days before. */
export const on = (dayOfMonth: number, states: string, more: object = {}) => {
  const backups: Readonly<Record<string, number[]>> = { fresh: [dayOfMonth], stale: [dayOfMonth - 2] };
  const pairs = [...states.matchAll(/(\w+) (\w+)/g)];
  return reportOf(
    dayOfMonth,
    pairs.map(([, name = '', state = '']) => finding(name, state, backups[state])),
    more,
  );
};

export const list = { ...shop, clusterType: 'dedicated', state: 'unknown', error: { message: 'No role.' } };

export const leftOut = (clusterName: string, reason = 'excluded', pattern?: string) => ({
  ...{ ...shop, clusterName, clusterType: 'dedicated', reason },
  ...(pattern === undefined ? {} : { pattern }),
});

/** Writes files with these texts, or reports as JSON, by their names. Returns their paths. */
export function write(files: Readonly<Record<string, object | string>>): string[] {
  const root = mkdtempSync(`${tmpdir()}/report-`);
  onTestFinished(() => rmSync(root, { recursive: true }));
  return Object.entries(files).map(([name, content]) => {
    const file = `${root}/${name}`;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
    return file;
  });
}

export const read = (files: readonly string[]): Promise<History> => readReports(files, new AbortController().signal);

/** Reports of one job, or of several by their names. */
export type Reports = readonly (object | string)[] | Readonly<Record<string, readonly (object | string)[]>>;

/** Prints the page of these reports. It is made half an hour after noon on a day of November, or on that of the last report. */
export async function print(reports: Reports, madeOn?: number): Promise<string> {
  const jobs: Readonly<Record<string, readonly (object | string)[]>> = isList(reports) ? { job: reports } : reports;
  const files = Object.entries(jobs).flatMap(([job, some]) =>
    some.map((report, index) => [`${job}/${String(index).padStart(3, '0')}.json`, report] as const),
  );
  const paths = write(Object.fromEntries(files));
  const history = await read(paths);
  const made = madeOn === undefined ? lastOf(history) + hour / 2 : Date.parse(at(madeOn, 12.5));
  const parts = [...printPage(history, made)];
  const root = dirname(dirname(paths[0] ?? ''));
  return parts.join('\n').replaceAll(`${root}/`, '');
}

const lastOf = ({ jobs }: History): number => Math.max(0, ...jobs.map(({ lastCheck }) => lastCheck.time));

const isList = (reports: Reports): reports is readonly (object | string)[] => Array.isArray(reports);

/** The text of HTML, with a line for each element that stands for itself. */
export function textOf(html: string): string {
  const lines = html
    .replace(/<(style|title|svg)\b.*?<\/\1>/gs, '')
    .replace(/<\/?(?:div|dt|dd|li|p|h\d|summary|section|details|dl|ul|td|th)\b[^>]*>/g, '\n');
  const plain = lines.replace(/<[^>]*>/g, '').replace(/&(lt|gt|#39|quot|amp);/g, (_, name) => characters[name] ?? '');
  return plain.replace(/\s*\n\s*/g, '\n').trim();
}

const characters: Readonly<Record<string, string>> = { lt: '<', gt: '>', '#39': "'", quot: '"', amp: '&' };

export const sentenceOf = (html: string): string => textOf(/<h1>(.*?)<\/h1>/s.exec(html)?.[1] ?? '');

const headings = ['Needs attention', 'The reports', 'Jobs', 'Gaps of this period', 'Each day', 'What was left out'];
const ends = [...headings, 'How the checks were run', 'What this page cannot show'];

/** The lines under a heading, up to the next one. */
export function under(html: string, heading: string): string[] {
  const lines = textOf(html).split('\n');
  const begin = lines.indexOf(heading) + 1;
  const end = lines.findIndex((line, index) => index >= begin && ends.includes(line));
  return begin === 0 ? [] : lines.slice(begin, end).filter(Boolean);
}

const rowOf = (html: string, clusterName: string): string => {
  const [, ...rows] = html.split('<details class="row"');
  return rows.find((row) => row.includes(`<bdi>${clusterName}</bdi>`))?.split('</details>')[0] ?? '';
};

/** The details of a cluster: the lines under each title. */
export function detailsOf(html: string, clusterName = 'a'): Record<string, string[]> {
  const lines = [...rowOf(html, clusterName).matchAll(/<dt>(.*?)(<dd>.*?)<\/div>/g)];
  return Object.fromEntries(
    lines.map(([, title = '', texts = '']) => [textOf(title), texts.split('<dd>').slice(1).map(textOf)]),
  );
}

/** The titles of the bars, dots and marks of a cluster. */
export function titlesOf(html: string, clusterName = 'a'): string[] {
  const titles = [...rowOf(html, clusterName).matchAll(/<title>(.*?)<\/title>/g)];
  return titles.map(([, title = '']) => title.replaceAll('2026-11-', ''));
}

/** What the chips of a row say. */
export const chipsOf = (html: string, clusterName = 'a'): string[] =>
  [...rowOf(html, clusterName).matchAll(/<span class="chip (\w+)">(.*?)<\/span>/g)].map(
    ([, color, text = '']) => `${textOf(text)}, ${color}`,
  );
