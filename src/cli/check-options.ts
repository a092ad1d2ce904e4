import type { BackupCheckOptions, ClusterName, MaxAge } from '../check/index.js';
import { logins } from '../client/config/environment.js';
import type { WrittenReport } from '../report/format.js';
import { dayMs, hourMs } from '../report/time.js';
import { resolveFile } from './files.js';
import { type Choice, chooses, covers, isIncluded, type Pattern, readPattern } from './patterns.js';

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

/** The arguments of a check, as `parseArgs()` reads them. */
export interface CheckArguments {
  readonly include?: string[] | undefined;
  readonly exclude?: string[] | undefined;
  readonly 'max-age'?: string[] | undefined;
  readonly 'min-history'?: string[] | undefined;
  readonly inventory?: string | undefined;
  readonly evidence?: boolean | undefined;
  readonly output?: string | undefined;
  readonly timeout?: string | undefined;
  readonly problems?: boolean | undefined;
  readonly json?: boolean | undefined;
}

/** The options of a check. */
export interface CheckOptions extends Choice {
  readonly maxAge: Limits<MaxAge>;
  readonly minHistory: Limits<number>;
  /** What `checkBackups()` takes. Each of its options is here, or is one that the command does not have. */
  readonly ofCheck: Required<Omit<BackupCheckOptions, 'groupIds' | 'signal' | 'concurrency'>>;
  /** The file of the inventory. */
  readonly inventory: string | undefined;
  /** The file that gets the JSON. */
  readonly output: string | undefined;
  /** Whether the table has only the clusters that deserve a look. */
  readonly onlyProblems: boolean;
  /** Whether to print JSON instead of the table. */
  readonly isJson: boolean;
  /** What decides what is checked and how, as the user gave it. */
  readonly given: WrittenReport['options'];
}

/** The limits that an option sets, each for all clusters or for those that a pattern covers. */
export interface Limits<T> {
  readonly patterns: readonly Pattern[];
  /** The limit for all clusters. */
  readonly usual: T | undefined;
  /** The limit of a cluster. Undefined: the default of the check. */
  readonly limitOf: (cluster: ClusterName) => T | undefined;
}

/** The highest age of a fresh backup, in ms, if neither an option nor a schedule says otherwise. */
export const defaultMaxAge = 26 * hourMs;

// ms. The longest that checkBackups accepts, almost 25 days.
const longestTimeout = 0x7fff_ffff;

/** @throws an error that says what is wrong with the arguments. */
export function readCheckOptions(args: CheckArguments): CheckOptions {
  const { include = [], exclude = [], inventory, evidence, output } = args;
  if (inventory !== undefined && output !== undefined && resolveFile(inventory) === resolveFile(output)) {
    throw new Error(`--inventory and --output must not be the same file, ${output}.`);
  }
  const choice: Choice = {
    include: include.map((text) => readPattern('--include', text)),
    exclude: exclude.map((text) => readPattern('--exclude', text)),
  };
  const maxAge = readLimits('--max-age', args['max-age'], readMaxAge);
  const minHistory = readLimits('--min-history', args['min-history'], readMinHistory);
  return {
    ...choice,
    maxAge,
    minHistory,
    ofCheck: {
      maxAge: maxAge.limitOf,
      minHistory: minHistory.limitOf,
      projectFilter: (project) => isIncluded(choice, project),
      filter: (cluster) => chooses(choice, cluster),
      evidence,
      timeout: Math.min(readDuration('--timeout', args.timeout ?? '10m', '10m'), longestTimeout),
    },
    inventory,
    output,
    onlyProblems: args.problems === true,
    isJson: args.json === true,
    given: {
      include: args.include,
      exclude: args.exclude,
      maxAge: args['max-age'],
      minHistory: args['min-history'],
      inventory,
      evidence,
      timeout: args.timeout,
    },
  };
}

function readLimits<T>(
  option: string,
  texts: readonly string[] = [],
  readLimit: (option: string, text: string) => T,
): Limits<T> {
  const all = texts.map((text) => {
    // The name of a project may contain the character too.
    const end = text.lastIndexOf('=');
    const pattern = end < 0 ? undefined : readPattern(option, text.slice(0, end));
    return { pattern, limit: readLimit(option, text.slice(end + 1)) };
  });
  // The last one given counts.
  return {
    patterns: all.map(({ pattern }) => pattern).filter((pattern) => pattern !== undefined),
    usual: all.filter(({ pattern }) => pattern === undefined).at(-1)?.limit,
    limitOf: (cluster) => all.filter(({ pattern }) => pattern === undefined || covers(pattern, cluster)).at(-1)?.limit,
  };
}

function readMaxAge(option: string, text: string): MaxAge {
  return text === 'schedule' ? text : readDuration(option, text, '26h, or schedule');
}

function readMinHistory(option: string, text: string): number {
  return readDuration(option, text, '14d');
}

// In ms.
const units = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', hourMs],
  ['d', dayMs],
]);

/** Reads a duration such as `26h`, in ms. */
function readDuration(option: string, text: string, examples: string): number {
  const [, number, unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = Number(number) * (units.get(unit) ?? 0);
  if (time > 0 && Number.isSafeInteger(time)) return time;
  throw new Error(`${option} must be a whole number above 0 and s, m, h or d, such as ${examples}. It is "${text}".`);
}
