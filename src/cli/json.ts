import { createRequire } from 'node:module';
import type { BackupEvidence, BackupFinding, BackupSnapshot } from '../check/index.js';
import { valuesOf } from '../client/config/environment.js';
import { formatVersion, type WrittenFinding, type WrittenReport } from '../report/format.js';
import type { CheckReport } from './check-report.js';

/** Reads the version of this package. */
export function readVersion(): string {
  return createRequire(import.meta.url)('atlas-tenant-snapshots/package.json').version;
}

/** What the JSON has. */
export type Document = ReturnType<typeof toDocument>;

/** Changes what is written. */
interface Rewriter {
  document(document: Document): object;
  finding(finding: WrittenFinding): object;
}

/** @param problems - the lines of stderr. */
export function toDocument(report: CheckReport, problems: readonly string[]) {
  const { checkedAt, finishedAt, maxAge, server, options, login, summary, notChecked, error, findings } = report;
  return {
    formatVersion,
    checkedAt: checkedAt.toISOString(),
    finishedAt: finishedAt.toISOString(),
    maxAge,
    version: readVersion(),
    server,
    login: login.name,
    loginId: login.name === 'access token' ? undefined : valuesOf(login)[0],
    options: options.given,
    summary: summary,
    notChecked: notChecked,
    problems: [...problems],
    error: error?.toJSON(),
    findings: findings.map(toWrittenFinding),
  } satisfies WrittenReport;
}

function toWrittenFinding(finding: BackupFinding) {
  const { newest, oldest, lastFailed, error, evidence } = finding;
  return {
    groupId: finding.groupId,
    groupName: finding.groupName,
    clusterName: finding.clusterName,
    clusterType: finding.clusterType,
    clusterId: finding.clusterId,
    state: finding.state,
    reason: finding.reason,
    snapshotId: newest?.snapshotId,
    time: newest?.time.toISOString(),
    age: finding.age,
    maxAge: finding.maxAge,
    minHistory: finding.minHistory,
    oldest: oldest && toWrittenSnapshot(oldest),
    backups: finding.backups,
    pitEnabled: finding.pitEnabled,
    lastFailed: lastFailed && toWrittenSnapshot(lastFailed),
    error: error?.toJSON(),
    evidence: evidence && toWrittenEvidence(evidence),
  } satisfies WrittenFinding;
}

function toWrittenSnapshot({ snapshotId, time }: BackupSnapshot) {
  return { snapshotId, time: time.toISOString() };
}

function toWrittenEvidence({ cluster, snapshots, schedule, restores, errors }: BackupEvidence) {
  return {
    cluster,
    snapshots: snapshots && [...snapshots],
    schedule,
    restores: restores && [...restores],
    errors: errors.map((error) => error.toJSON()),
  };
}

/** Formats JSON in parts, so that no number of findings is too large for a text. */
export function* formatJson(document: Document, rewriter?: Rewriter): Generator<string> {
  const { findings, ...own } = document;
  const others = rewriter?.document(document) ?? own;
  yield `${stringify(others, 2).slice(0, -2)},\n  "findings": [`;
  let separator = '\n    ';
  for (const finding of findings) {
    yield separator + formatFinding(finding, rewriter);
    separator = ',\n    ';
  }
  yield '\n  ]\n}\n';
}

function formatFinding(finding: WrittenFinding, rewriter: Rewriter | undefined): string {
  const format = (given: WrittenFinding, more?: object) =>
    stringify({ ...(rewriter?.finding(given) ?? given), ...more });
  try {
    return format(finding);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    const errors = [{ message: 'The evidence is too large, or nested too deeply, to be written.' }];
    return format({ ...finding, evidence: undefined }, { evidence: { errors } });
  }
}

// What a terminal or a CI system could obey.
const unsafe = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]|##(?=\w*\[)/gu;

function stringify(value: object, indentation?: number): string {
  return JSON.stringify(value, null, indentation).replace(unsafe, escapeAll);
}

function escapeAll(text: string): string {
  // The line breaks of the indentation are no part of a text.
  if (text === '\n') return text;
  return text.replace(/[\s\S]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
