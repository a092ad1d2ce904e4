import type { NamedFinding } from './names.js';
import type { NotChecked, Report } from './report.js';
import { formatVersion } from './report-file.js';

/**
 * Formats a report as JSON. Absent fields are left out.
 *
 * @param problems - the lines of stderr.
 */
export function formatJson({ asked, ...report }: Report, problems: readonly string[]): string {
  const { checkedAt, finishedAt, summary, error } = report;
  const notChecked = report.notChecked.map(plainCluster);
  const findings = report.findings.map(plainFinding);
  const times = { checkedAt, finishedAt };
  return JSON.stringify({ formatVersion, ...times, ...asked, summary, notChecked, findings, problems, error }, null, 2);
}

function plainCluster({ groupId, groupName, clusterName, clusterType, reason, pattern }: NotChecked) {
  return { groupId, groupName, clusterName, clusterType, reason, pattern };
}

function plainFinding({ newest, age, maxAge, oldest, backups, ...finding }: NamedFinding) {
  const { groupId, groupName, clusterName, clusterType, state, reason } = finding;
  const { pitEnabled, lastFailed, error, evidence } = finding;
  const judged = { groupId, groupName, clusterName, clusterType, state, reason, ...newest, age, maxAge };
  return { ...judged, oldest, backups, pitEnabled, lastFailed, error, evidence };
}
