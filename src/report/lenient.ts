import * as z from 'zod';

// Goes as soon as the page reads reports by the schema in format.ts.

// The JSON of a check, described once: the command writes it, the page reads it, and docs/report.schema.json has it for everybody
// else. A type that begins with `Written` is that of the JSON. A time is written as a text, and read as ms since 1970.

/** Raised if a field is removed or changes its meaning. */
const formatVersion = 1;

/** The states of a cluster, the worst first. */
const stateNames = ['none', 'stale', 'short', 'unknown', 'paused', 'new', 'fresh'] as const;

/** Why a cluster is not checked, in the order of the summary. */
const leftOutNames = ['free', 'deleting', 'internal', 'excluded', 'not included'] as const;

const text = z.string();
const texts = z.array(text);
const count = z.number();
const ms = z.number().describe('ms');
// A time without a zone is none: it would be read in the zone of this machine.
const time = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written));

const snapshot = z.object({ snapshotId: text.optional(), time });

const errorShape = {
  name: text.optional(),
  message: text.optional(),
  code: text.optional(),
  status: z.number().optional(),
  errorCode: text.optional(),
  path: text.optional(),
};
const error = z.looseObject(errorShape);

const clusterShape = {
  groupId: text,
  groupName: text.optional(),
  clusterName: text.optional().describe('Absent if a list of clusters could not be read.'),
  clusterType: z.enum(['flex', 'dedicated']),
};

const evidenceShape = {
  cluster: z.unknown().optional(),
  snapshots: z.array(z.unknown()).optional(),
  schedule: z.unknown().optional(),
  restores: z.array(z.unknown()).optional(),
  errors: z.array(error).optional(),
};

const findingShape = {
  ...clusterShape,
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
  evidence: z.object(evidenceShape).optional().describe('What Atlas answered, as it answered.'),
};

const notCheckedShape = {
  ...clusterShape,
  clusterName: text,
  reason: z.enum(leftOutNames),
  pattern: text.optional().describe('The pattern that excluded the cluster.'),
};

const counted = [...stateNames, ...leftOutNames];
const summaryShape = {
  projects: count,
  projectsNotListed: count,
  clusters: count,
  clockOffset: ms.optional().describe('The clock of the machine minus that of Atlas, in ms.'),
  // Object.fromEntries() forgets the names.
  ...(Object.fromEntries(counted.map((name) => [name, count])) as Record<(typeof counted)[number], typeof count>),
};

const optionsShape = {
  project: texts.optional(),
  include: texts.optional(),
  exclude: texts.optional(),
  maxAge: texts.optional(),
  minHistory: texts.optional(),
  inventory: text.optional(),
  evidence: z.boolean().optional(),
  anonymize: z.boolean().optional(),
  timeout: text.optional(),
};

const reportShape = {
  formatVersion: z.literal(formatVersion),
  checkedAt: time,
  finishedAt: time,
  maxAge: z.union([ms, z.literal('schedule')]),
  version: text,
  server: text,
  login: text.describe('access token, service account or API key'),
  loginId: text.optional().describe('The client ID or the public key.'),
  options: z.union([z.object(optionsShape), texts]).describe('As they were given. Anonymized: only their names.'),
  summary: z.object(summaryShape),
  notChecked: z.array(z.object(notCheckedShape)),
  problems: texts.optional().describe('The lines of stderr. Absent if anonymized.'),
  error: error.optional().describe('Why the projects could not be listed.'),
  findings: z.array(z.object(findingShape)),
};

/** A report as the command writes it. */
export const reportSchema = z.object(reportShape);

export type WrittenReport = z.input<typeof reportSchema>;

export type WrittenOptions = Exclude<WrittenReport['options'], readonly unknown[]>;

/** The fields of an object in which an odd field counts as absent. */
function lenient<Shape extends z.ZodRawShape>(shape: Shape) {
  const fields = Object.entries(shape).map(([name, schema]) => [name, z.optional(schema).catch(undefined)]);
  // Object.fromEntries() forgets the names.
  return Object.fromEntries(fields) as { [Name in keyof Shape]: z.ZodCatch<z.ZodOptional<Shape[Name]>> };
}

const errorReader = z.object(lenient(errorShape));
const evidenceReader = z.object(lenient(evidenceShape));
const optionsReader = z.union([texts, z.object(lenient(optionsShape))]);
const summaryReader = z.object(lenient(summaryShape));
const entries = z.array(z.unknown()).catch([]);

// An entry without these fields names no cluster or no state. A later version may have more states.
const { groupId, clusterType, clusterName } = clusterShape;
const findingReader = z
  .object(lenient({ ...findingShape, error: errorReader, evidence: evidenceReader }))
  .extend({ groupId, clusterType, clusterName, state: text });

const notCheckedReader = z.object(lenient(notCheckedShape)).extend({ groupId, clusterType, clusterName: text });

const reportReader = z
  .object(lenient({ ...reportShape, error: errorReader, options: optionsReader, summary: summaryReader }))
  .extend({ checkedAt: time, findings: entries, notChecked: entries });

export type Finding = z.output<typeof findingReader>;
export type Evidence = NonNullable<Finding['evidence']>;
export type NotChecked = z.output<typeof notCheckedReader>;
export type Report = ReturnType<typeof readReport>;

/**
 * Reads a report.
 *
 * @throws an error that says why it is none.
 */
export function readReport(json: unknown) {
  const { success, data } = reportReader.safeParse(json);
  const written = json as { formatVersion?: unknown; findings?: unknown };
  if (!success || (data.error === undefined && !Array.isArray(written.findings))) {
    throw new Error('It is not a report of a check.');
  }
  const { formatVersion: version = formatVersion } = written;
  if (version !== formatVersion)
    throw new Error(`Its formatVersion is ${JSON.stringify(version)}, not ${formatVersion}.`);
  const findings = readEach(findingReader, data.findings);
  const notChecked = readEach(notCheckedReader, data.notChecked);
  const odd = data.findings.length + data.notChecked.length - findings.length - notChecked.length;
  /** `odd`: how many entries name no cluster or no state. */
  return { ...data, findings, notChecked, odd };
}

function readEach<T>(schema: z.ZodType<T>, entries: readonly unknown[]): T[] {
  return entries.flatMap((entry) => {
    const { success, data } = schema.safeParse(entry);
    return success ? [data] : [];
  });
}
