import fs from 'node:fs';
import type { BackupFinding } from '../check/index.js';
import { formatVersion } from './baseline.js';
import { readServer, readVersion, valuesOf } from './environment.js';
import { dailyLimit, type Report } from './report.js';

/**
 * Formats a report as JSON. Absent fields are left out.
 *
 * @param problems - the lines of stderr.
 */
export function formatJson(report: Report, problems: readonly string[]): string {
  const { checkedAt, finishedAt, options, login, summary, notChecked, error } = report;
  const document = {
    formatVersion,
    checkedAt,
    finishedAt,
    maxAge: options.usualLimit ?? dailyLimit,
    version: readVersion(),
    server: readServer(),
    login: login.name,
    loginId: login.name === 'access token' ? undefined : valuesOf(login)[0],
    options: options.given,
    summary,
    notChecked,
    findings: report.findings.map(plainFinding),
    problems,
    error,
  };
  return JSON.stringify(document, null, 2);
}

function plainFinding({ newest, age, maxAge, oldest, backups, ...finding }: BackupFinding) {
  const { groupId, groupName, clusterName, clusterType, state, reason } = finding;
  const { pitEnabled, lastFailed, error, evidence } = finding;
  const judged = { groupId, groupName, clusterName, clusterType, state, reason, ...newest, age, maxAge };
  return { ...judged, oldest, backups, pitEnabled, lastFailed, error, evidence };
}

/** Writes a report to a file, whole or not at all. Returns why it could not be written. */
export function writeReport(file: string, json: string): string | undefined {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // The rename would replace a device, such as /dev/null, or a link.
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) return 'it is not a regular file';
    fs.writeFileSync(temporary, json);
    fs.renameSync(temporary, file);
    return undefined;
  } catch (error) {
    if (fs.existsSync(temporary)) fs.rmSync(temporary);
    return error instanceof Error ? error.message : String(error);
  }
}
