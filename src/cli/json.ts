import { createRequire } from 'node:module';
import type { BackupFinding } from '../check/index.js';
import { valuesOf } from '../client/config/environment.js';
import type { Report } from './check-report.js';

/** The version of the JSON. Raised if a field is removed or changes its meaning. */
const formatVersion = 1;

/** Reads the version of this package. */
export function readVersion(): string {
  return createRequire(import.meta.url)('atlas-tenant-snapshots/package.json').version;
}

/** What the JSON has. */
export type Document = ReturnType<typeof toDocument>;
type Finding = Document['findings'][number];

/** Changes what is written. */
interface Rewriter {
  document(document: Document): object;
  finding(finding: Finding): object;
}

/** @param problems - the lines of stderr. */
export function toDocument(report: Report, problems: readonly string[]) {
  const { checkedAt, finishedAt, maxAge, server, options, login, summary, notChecked, error } = report;
  return {
    formatVersion,
    checkedAt,
    finishedAt,
    maxAge,
    version: readVersion(),
    server,
    login: login.name,
    loginId: login.name === 'access token' ? undefined : valuesOf(login)[0],
    options: options.given,
    summary,
    notChecked,
    problems,
    error,
    findings: report.findings.map(toPlainFinding),
  };
}

function toPlainFinding(finding: BackupFinding) {
  const { groupId, groupName, clusterName, clusterType, state, reason, newest, ...others } = finding;
  return { groupId, groupName, clusterName, clusterType, state, reason, ...newest, ...others };
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

function formatFinding(finding: Finding, rewriter: Rewriter | undefined): string {
  const format = (given: Finding, more?: object) => stringify({ ...(rewriter?.finding(given) ?? given), ...more });
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
