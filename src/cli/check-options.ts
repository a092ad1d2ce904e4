import type { parseArgs } from 'node:util';
import type { MaxAge } from '../check/index.js';
import { groupIdSchema } from '../index.js';
import { readBaseline } from './baseline.js';
import { helpOptions } from './help.js';
import type { Found } from './names.js';
import { covers, includes, type Pattern, readPattern } from './patterns.js';

export const checkUsage = `Usage: atlas-tenant-snapshots check [options]

Checks whether every Flex and dedicated cluster of MongoDB Atlas has a recent backup.

  --project ID               Check only this project. Default: all that the login can read.
  --include PROJECT/CLUSTER  Check only this cluster. If none matches, the exit code is 3.
  --exclude PROJECT/CLUSTER  Leave out this cluster, even if it is included.
  --max-age TIME             How old a recent backup may be: a whole number and s, m, h or d. Or "schedule": the shortest
                             interval in the schedule of a dedicated cluster, plus 2 hours. Default: 26h, or longer if the
                             schedule takes a snapshot a week. For some clusters: PROJECT/CLUSTER=TIME. The last one counts.
  --baseline FILE            Compare with an earlier report in JSON: if a cluster is no longer listed, the exit code is 3.
  --evidence                 Add to the JSON what Atlas answered: each cluster with its snapshots, schedule and restores.
  --output FILE              Write the JSON to a file too.
  --timeout TIME             How long the check may take. Default: 10m.
  --problems                 Print only the clusters that are stale, have no backup or could not be checked.
  --json                     Print JSON instead of a table: all clusters, also with --problems.
  --help                     Print this text.
  --version                  Print the version.

The first four may be repeated. PROJECT is a name or an ID. In names, * stands for any characters: "Web Shop/test-*".

The environment has the credentials: MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID and
MONGODB_ATLAS_CLIENT_SECRET, or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (or the names of the Atlas CLI).
MONGODB_ATLAS_BASE_URL names a server other than https://cloud.mongodb.com, and HTTPS_PROXY a proxy.

Exit code: 2 if a backup is stale or missing; otherwise 3 if something could not be checked, or the check failed; 0 if
every cluster has a recent backup, is new or is paused. 130 on SIGINT, 143 on SIGTERM.
`;

export const checkOptions = {
  project: { type: 'string', multiple: true },
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  'max-age': { type: 'string', multiple: true },
  baseline: { type: 'string' },
  evidence: { type: 'boolean' },
  output: { type: 'string' },
  timeout: { type: 'string' },
  problems: { type: 'boolean' },
  json: { type: 'boolean' },
  ...helpOptions,
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof checkOptions }>>['values'];

// ms. The longest that checkBackups accepts, almost 25 days.
const longestTimeout = 0x7fff_ffff;

/** The options of a check. */
export type CheckOptions = ReturnType<typeof readCheckOptions>;

/** @throws an error that says what is wrong with the options, or with the file of `--baseline`. */
export function readCheckOptions(values: Values) {
  const { project, include, exclude, 'max-age': maxAge, baseline, evidence, output, timeout } = values;
  if (project?.some((id) => !groupIdSchema.safeParse(id).success)) {
    throw new Error('--project must be the ID of a project: 24 lowercase hexadecimal digits.');
  }
  // The last one given comes first, because it counts.
  const limits = (maxAge ?? []).map(readLimit).reverse();
  return {
    /** What decides what is checked and how, as the user gave it, for the JSON. */
    given: { project, include, exclude, maxAge, baseline, evidence, timeout },
    groupIds: project && [...new Set(project)],
    include: (include ?? []).map((pattern) => readPattern('--include', pattern)),
    exclude: (exclude ?? []).map((pattern) => readPattern('--exclude', pattern)),
    /** The first one that matches a cluster counts. */
    limits,
    /** The limit of the clusters that no pattern is for. */
    usualLimit: limits.find(({ pattern }) => pattern === undefined)?.maxAge,
    baseline: readBaseline(baseline),
    evidence,
    output,
    // ms.
    timeout: Math.min(readTime('--timeout', timeout ?? '10m', '10m'), longestTimeout),
    onlyProblems: values.problems ?? false,
    isJson: values.json ?? false,
  };
}

/** Whether to check a cluster, or to report a list that failed. */
export function chooses({ groupIds, include, exclude }: CheckOptions, found: Found): boolean {
  if (groupIds?.includes(found.groupId) === false) return false;
  if (exclude.some((pattern) => covers(pattern, found))) return false;
  return include.length === 0 || include.some((pattern) => includes(pattern, found));
}

/** Reads a limit, and the pattern of the clusters that it is for. Without one, it is for all. */
function readLimit(text: string): { pattern: Pattern | undefined; maxAge: MaxAge } {
  // The name of a project may contain the character too.
  const end = text.lastIndexOf('=');
  const pattern = end < 0 ? undefined : readPattern('--max-age', text.slice(0, end));
  const time = text.slice(end + 1);
  return { pattern, maxAge: time === 'schedule' ? time : readTime('--max-age', time, '26h, or schedule') };
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readTime(option: string, text: string, examples: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = Number(digits) * (units[unit] ?? 0);
  if (time > 0 && Number.isSafeInteger(time)) return time;
  throw new Error(`${option} must be a whole number above 0 and s, m, h or d, such as ${examples}.`);
}
