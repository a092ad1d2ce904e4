import fs from 'node:fs';
import * as z from 'zod';
import { type Found, isCluster } from './names.js';

/** The version of the JSON. Raised if a field is removed or changes its meaning. */
export const formatVersion = 1;

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
export function readBaseline(file: string | undefined): { file: string | undefined; clusters: Found[] } {
  if (file === undefined) return { file, clusters: [] };
  try {
    const { notChecked, findings } = reportSchema.parse(JSON.parse(fs.readFileSync(file, 'utf8')));
    return { file, clusters: [...notChecked, ...findings].filter(isCluster) };
  } catch {
    throw new Error(`--baseline: ${file} is missing, or is not the report of a check that could list the projects.`);
  }
}
