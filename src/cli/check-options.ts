import type { parseArgs } from 'node:util';
import type { BackupCheckOptions, ClusterName, MaxAge } from '../check/index.js';
import { logins } from '../client/config/environment.js';
import { resolveFile } from './files.js';
import { type Choice, chooses, covers, readPattern } from './patterns.js';

export const checkUsage = `Usage: atlas-tenant-snapshots check [options]

Checks whether every Flex and dedicated cluster of MongoDB Atlas has a recent backup.

  --include PROJECT/CLUSTER  Check only this cluster. If none matches, the exit code is 3.
  --exclude PROJECT/CLUSTER  Leave out this cluster, even if it is included.
  --max-age TIME             How old a recent backup may be: a whole number and s, m, h or d. Or "schedule": the shortest
                             interval in the schedule of a dedicated cluster, plus 2 hours. Default: 26h, or longer if the
                             schedule takes a snapshot a week. For some clusters: PROJECT/CLUSTER=TIME. The last one counts.
  --min-history TIME         How far back the oldest backup must reach. For some clusters: PROJECT/CLUSTER=TIME, as above.
  --inventory FILE           Remember the clusters in FILE, one a line. If one is no longer checked, for whatever reason, or is
                             replaced, the exit code is 3 until you delete its line.
  --evidence                 Add to the JSON what Atlas answered: each cluster with its snapshots, schedule and restores.
  --output FILE              Write the JSON to FILE too.
  --timeout TIME             How long the check may take. Default: 10m.
  --problems                 Print only the clusters that have no recent backup, a short history or a warning, or could not
                             be checked.
  --json                     Print JSON instead of a table: all clusters, also with --problems.
  --help                     Print this text.
  --version                  Print the version.

The first four may be repeated. PROJECT is a name or an ID. In names, * stands for any characters: "Web Shop/test-*".

The environment has the credentials, the first of these:
${logins.map(({ variables }) => `  ${Object.values(variables).join(' and ')}\n`).join('')}
MONGODB_ATLAS_BASE_URL names a server other than https://cloud.mongodb.com, and HTTPS_PROXY a proxy.

Exit code: 2 if a backup is stale or missing, or a history is short; otherwise 3 if something could not be checked, or the
check failed; 0 if every cluster has a recent backup, is new or is paused. 130 on SIGINT, 143 on SIGTERM.
`;

export const checkOptions = {
  include: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  'max-age': { type: 'string', multiple: true },
  'min-history': { type: 'string', multiple: true },
  inventory: { type: 'string' },
  evidence: { type: 'boolean' },
  output: { type: 'string' },
  timeout: { type: 'string' },
  problems: { type: 'boolean' },
  json: { type: 'boolean' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof checkOptions }>>['values'];

// ms. The longest that checkBackups accepts, almost 25 days.
const longestTimeout = 0x7fff_ffff;

/** The options of a check. */
export type CheckOptions = ReturnType<typeof readCheckOptions>;

/** @throws an error that says what is wrong with the options. */
export function readCheckOptions(values: Values) {
  const { output, problems = false, json = false, 'max-age': maxAge, 'min-history': minHistory, ...others } = values;
  const { include = [], exclude = [], inventory, evidence, timeout = '10m' } = others;
  if (inventory !== undefined && output !== undefined && resolveFile(inventory) === resolveFile(output)) {
    throw new Error(`--inventory and --output must not be the same file, ${output}.`);
  }
  const choice: Choice = {
    include: include.map((pattern) => readPattern('--include', pattern)),
    exclude: exclude.map((pattern) => readPattern('--exclude', pattern)),
  };
  const toMaxAge = (text: string): MaxAge =>
    text === 'schedule' ? text : readTime('--max-age', text, '26h, or schedule');
  const maxAges = readLimits('--max-age', maxAge, toMaxAge);
  const toMinHistory = (text: string) => readTime('--min-history', text, '14d');
  const minHistories = readLimits('--min-history', minHistory, toMinHistory);
  const ofCheck = {
    maxAge: maxAges.limitOf,
    minHistory: minHistories.limitOf,
    filter: (cluster: ClusterName) => chooses(choice, cluster),
    evidence,
    timeout: Math.min(readTime('--timeout', timeout, '10m'), longestTimeout),
    // A new option of the check has to be set here, or named as one that the command does not have.
  } satisfies Record<Exclude<keyof BackupCheckOptions, 'groupIds' | 'signal' | 'concurrency'>, unknown>;
  return {
    ...choice,
    /** What checkBackups() takes. */
    ofCheck,
    /** What decides what is checked and how, as the user gave it, for the JSON. */
    given: { ...others, maxAge, minHistory },
    maxAges,
    minHistories,
    /** The highest age for the clusters that no pattern is for. */
    usualMaxAge: maxAges.limitOf(),
    inventory,
    output,
    onlyBad: problems,
    isJson: json,
  };
}

/** Reads limits, each for all clusters or for those of a pattern. */
function readLimits<T>(option: string, given: readonly string[] = [], readValue: (text: string) => T) {
  const limits = given.map((text) => {
    // The name of a project may contain the character too.
    const end = text.lastIndexOf('=');
    const pattern = end < 0 ? undefined : readPattern(option, text.slice(0, end));
    return { pattern, value: readValue(text.slice(end + 1)) };
  });
  return {
    patterns: limits.flatMap(({ pattern }) => pattern ?? []),
    /** The limit of a cluster, or of all clusters. The last one given counts. */
    limitOf: (cluster?: ClusterName) =>
      limits.filter(({ pattern }) => pattern === undefined || (cluster && covers(pattern, cluster))).at(-1)?.value,
  };
}

// In ms.
const units = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Reads a duration such as `26h`, in ms. */
function readTime(option: string, text: string, examples: string): number {
  const [, number, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = Number(number) * (units.get(unit) ?? 0);
  if (time > 0 && Number.isSafeInteger(time)) return time;
  throw new Error(`${option} must be a whole number above 0 and s, m, h or d, such as ${examples}. It is "${text}".`);
}
