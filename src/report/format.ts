import * as z from 'zod';
import { stateNames } from './states.js';

// The JSON of a check, described once: the command writes it, the page reads it, and docs/report.schema.json has it for everybody
// else. A type that begins with `Written` is that of the JSON, in which a time is a text. A reader gets ms since 1970.

/** Raised if a field is removed or changes its meaning. */
export const formatVersion = 1;

/** Why a cluster is not checked, in the order of the summary. */
export const leftOutNames = ['free', 'deleting', 'internal', 'excluded', 'not included'] as const;

/** Why a cluster of the inventory is not checked, or is another one. */
export const departureNames = [
  'unlisted',
  'project unlisted',
  'replaced',
  'free',
  'deleting',
  'excluded',
  'not included',
] as const;

const text = z.string();
const texts = z.array(text);
const count = z.number();
const ms = z.number().describe('ms');
// A time without a zone is none: it would be read in the zone of this machine.
const time = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written));

const snapshot = z.object({ snapshotId: text.optional(), time });

const error = z.looseObject({
  name: text.optional(),
  message: text.optional(),
  code: text.optional(),
  status: z.number().optional(),
  errorCode: text.optional(),
  path: text.optional(),
});

const evidence = z.object({
  cluster: z.unknown().optional(),
  snapshots: z.array(z.unknown()).optional(),
  schedule: z.unknown().optional(),
  restores: z.array(z.unknown()).optional(),
  errors: z.array(error).optional(),
});

const cluster = z.object({
  groupId: text,
  groupName: text.optional(),
  clusterName: text,
  clusterType: z.enum(['flex', 'dedicated']),
});

const finding = cluster.extend({
  clusterName: text.optional().describe('Absent if a list of clusters could not be read.'),
  clusterId: text.optional(),
  state: z.enum(stateNames),
  reason: text.optional().describe('Why the cluster has its state, or what is wrong with its schedule.'),
  snapshotId: text.optional().describe('Of the newest backup.'),
  time: time.optional().describe('Of the newest backup.'),
  age: ms.optional().describe('The age of the newest backup when Atlas sent it, in ms.'),
  maxAge: ms.optional().describe('The limit of the age, in ms.'),
  minHistory: ms.optional().describe('How far back the oldest backup has to reach, in ms.'),
  oldest: snapshot.optional().describe('The oldest backup.'),
  backups: count.optional().describe('How many backups can be restored.'),
  pitEnabled: z.boolean().optional(),
  lastFailed: snapshot.optional(),
  error: error.optional(),
  evidence: evidence.optional().describe('What Atlas answered, as it answered.'),
});

const notChecked = cluster.extend({
  reason: z.enum(leftOutNames),
  pattern: text.optional().describe('The pattern that excluded the cluster.'),
});

const departed = cluster.extend({
  departure: z.enum(departureNames),
  since: time.describe('Since when the cluster was watched.'),
});

const counted = [...stateNames, ...leftOutNames];
const summary = z.object({
  projects: count,
  projectsNotListed: count,
  clusters: count,
  clockOffset: ms.optional().describe('The clock of the machine minus that of Atlas, in ms.'),
  // Object.fromEntries() forgets the names.
  ...(Object.fromEntries(counted.map((name) => [name, count])) as Record<(typeof counted)[number], typeof count>),
  departed: count.default(0),
});

const options = z.object({
  include: texts.optional(),
  exclude: texts.optional(),
  maxAge: texts.optional(),
  minHistory: texts.optional(),
  inventory: text.optional(),
  evidence: z.boolean().optional(),
  timeout: text.optional(),
});

/** A report: the JSON of a check. */
export const reportSchema = z.object({
  formatVersion: z.literal(formatVersion),
  checkedAt: time,
  finishedAt: time,
  maxAge: z.union([ms, z.literal('schedule')]),
  version: text,
  server: text,
  login: text.describe('access token, service account or API key'),
  loginId: text.optional().describe('The client ID or the public key.'),
  options: options.describe('Those that were given, as they were given.'),
  summary,
  notChecked: z.array(notChecked),
  departed: z
    .array(departed)
    .optional()
    .describe('The clusters of the inventory that are not checked. Absent if no inventory was read.'),
  problems: texts.default([]).describe('The lines of stderr.'),
  error: error.optional().describe('Why the projects could not be listed.'),
  findings: z.array(finding),
});

export type WrittenReport = z.input<typeof reportSchema>;

export type Report = z.output<typeof reportSchema>;

/**
 * Reads a report.
 *
 * @throws an error that says why it is none.
 */
export function readReport(json: unknown): Report {
  const { formatVersion: version, findings } = Object(json) as { [Name in keyof Report]?: unknown };
  if (!Array.isArray(findings)) throw new Error('It is not a report of a check.');
  if (version !== formatVersion) {
    throw new Error(`Its formatVersion is ${JSON.stringify(version)}, not ${formatVersion}.`);
  }
  const result = reportSchema.safeParse(json);
  if (result.success) return result.data;
  const [{ path, message } = { path: [], message: '' }] = result.error.issues;
  throw new Error(`It is not a usable report: ${path.join('.')}: ${message}.`);
}
