import fs from 'node:fs';
import { z } from 'zod';
import { isCluster, type Named, type NamedFinding, withNames } from './names.js';
import type { NotChecked, Report } from './report.js';

/** Raised if a field is removed or changes its meaning. */
const formatVersion = 1;

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

/** Writes a report to a file, whole or not at all. Returns why it could not be written. */
export function writeReport(file: string, json: string): string | undefined {
  const temporary = `${file}.${process.pid}.tmp`;
  try {
    // The rename would replace a device, such as /dev/null, or a link.
    if (fs.lstatSync(file, { throwIfNoEntry: false })?.isFile() === false) return 'it is no regular file';
    fs.writeFileSync(temporary, json);
    fs.renameSync(temporary, file);
    return undefined;
  } catch (error) {
    if (fs.existsSync(temporary)) fs.rmSync(temporary);
    return error instanceof Error ? error.message : String(error);
  }
}

const cluster = z.object({ groupId: z.string(), groupName: z.string().optional(), clusterName: z.string().optional() });
const reportSchema = z.object({
  formatVersion: z.literal(formatVersion),
  notChecked: z.array(cluster),
  findings: z.array(cluster),
  // That of a check that could not list the projects. It knows of no cluster.
  error: z.undefined().optional(),
});

/**
 * Reads the clusters of an earlier report, also those that were not checked. Without a file, there are none.
 *
 * @throws an error if the file is no report.
 */
export function readBaseline(file: string | undefined): { file: string | undefined; clusters: Named[] } {
  if (file === undefined) return { file, clusters: [] };
  try {
    const { notChecked, findings } = reportSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return { file, clusters: [...notChecked, ...findings].filter(isCluster).map(withNames) };
  } catch {
    throw new Error(`--baseline: ${file} is missing, or no JSON report of a check that could list the projects.`);
  }
}
