import { createRequire } from 'node:module';
import type { BackupFinding, BackupSnapshot } from '../check/index.js';
import { valuesOf } from '../client/config/environment.js';
import { formatVersion, type WrittenReport } from '../report/format.js';
import { unprintable } from '../report/printable.js';
import type { CheckReport } from './check-report.js';
import type { Line } from './lines.js';

/** Reads the version of this package. */
export function readVersion(): string {
  return createRequire(import.meta.url)('atlas-tenant-snapshots/package.json').version;
}

/**
 * Formats a report as JSON, with a line for each finding.
 *
 * @param departed - the clusters of the inventory that departed, if an inventory was read.
 * @param lines - the lines of stderr.
 */
export function formatJson(report: CheckReport, departed: WrittenReport['departed'], lines: readonly Line[]): string {
  const { checkedAt, finishedAt, maxAge, server, options, login, summary, notChecked, error, findings } = report;
  const others: Omit<WrittenReport, 'findings'> = {
    formatVersion,
    checkedAt: checkedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    maxAge,
    version: readVersion(),
    server,
    login: login.name,
    loginId: login.name === 'access token' ? undefined : valuesOf(login)[0],
    options: options.given,
    summary: { ...summary, departed: departed?.length ?? 0 },
    notChecked: [...notChecked],
    departed,
    problems: lines.map(({ text }) => text),
    error: error?.toJSON(),
  };
  const written = findings.map((finding) => `\n    ${stringify(toWrittenFinding(finding))}`);
  // Without the line break and the brace at its end.
  const start = stringify(others, 2).slice(0, -2);
  return `${start},\n  "findings": [${written.join(',')}\n  ]\n}\n`;
}

function toWrittenFinding(finding: BackupFinding): WrittenReport['findings'][number] {
  const { newest, oldest, lastFailed, error, evidence, ...others } = finding;
  return {
    ...others,
    snapshotId: newest?.snapshotId,
    time: newest?.time.toISOString(),
    oldest: oldest && toWrittenSnapshot(oldest),
    lastFailed: lastFailed && toWrittenSnapshot(lastFailed),
    error: error?.toJSON(),
    evidence: evidence && {
      ...evidence,
      snapshots: evidence.snapshots && [...evidence.snapshots],
      restores: evidence.restores && [...evidence.restores],
      errors: evidence.errors.map((failure) => failure.toJSON()),
    },
  };
}

function toWrittenSnapshot({ snapshotId, time }: BackupSnapshot) {
  return { snapshotId, time: time.toISOString() };
}

// The start of what CI systems read as a command: `##[` or `##vso[`.
const commandOfCi = /##(?=\w*\[)/g;

/** Formats JSON without anything that a terminal or a CI system could obey. */
function stringify(value: object, indentation?: number): string {
  return JSON.stringify(value, null, indentation).replace(unprintable, escapeAll).replace(commandOfCi, escapeAll);
}

function escapeAll(text: string): string {
  // The line breaks of the indentation are no part of a text.
  if (text === '\n') return text;
  return text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
