import { parseArgs } from 'node:util';
import { checkBackups } from '../check/index.js';
import { groupIdSchema, isAtlasError, TenantSnapshotsClient } from '../index.js';
import { excludes, readExclusion } from './exclusions.js';
import { formatJson } from './json.js';
import { type NamedFinding, nameFinding } from './names.js';
import { type Output, printable, type Run } from './output.js';
import { formatProblems, problemsOf } from './problems.js';
import { type Report, sortFindings, summarize } from './report.js';
import { formatTable } from './table.js';

export const checkUsage = `Usage: atlas-tenant-snapshots check [options]

Checks whether every Flex and dedicated cluster of MongoDB Atlas has a recent backup.

  --project ID               Check only this project. May be repeated. Default: all projects that the login can read.
  --exclude PROJECT/CLUSTER  Leave out a cluster. May be repeated. PROJECT is a name or an ID, and * stands for any
                             characters: --exclude "Web Shop/test-*"
  --max-age TIME             How old a recent backup may be: a whole number and s, m, h or d. Default: 26h, or longer if
                             the schedule of a dedicated cluster takes a snapshot a week.
  --timeout TIME             How long the check may take. Default: 10m.
  --problems                 Print only the clusters that are stale, have no backup or could not be checked.
  --json                     Print JSON instead of a table: all clusters, also with --problems.
  --help                     Print this text.
  --version                  Print the version.

The environment has the credentials: MONGODB_ATLAS_ACCESS_TOKEN, or MONGODB_ATLAS_CLIENT_ID and
MONGODB_ATLAS_CLIENT_SECRET, or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY (or the names of the Atlas CLI,
MONGODB_ATLAS_PUBLIC_API_KEY and MONGODB_ATLAS_PRIVATE_API_KEY). MONGODB_ATLAS_BASE_URL names a server other than
https://cloud.mongodb.com, and HTTPS_PROXY a proxy.

Exit code: 2 if a backup is stale or missing; otherwise 3 if something could not be checked, or the check failed; 0 if
every cluster has a recent backup, is new or is paused. 130 on SIGINT, 143 on SIGTERM.
`;

export const checkOptions = {
  project: { type: 'string', multiple: true },
  exclude: { type: 'string', multiple: true },
  'max-age': { type: 'string' },
  timeout: { type: 'string', default: '10m' },
  problems: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
} as const;

// ms. The longest that checkBackups accepts, almost 25 days.
const longestTimeout = 0x7fff_ffff;
// ms. The default of checkBackups.
const defaultMaxAge = 26 * 3_600_000;

/** @throws an error that says what is wrong with the arguments. */
export function readCheck(args: string[]): Run {
  const options = readOptions(args);
  return (output) => check(options, output);
}

type CheckOptions = ReturnType<typeof readOptions>;

function readOptions(args: string[]) {
  const { values } = parseArgs({ args, options: checkOptions });
  const { project: groupIds, exclude = [], 'max-age': maxAge, timeout } = values;
  if (groupIds?.some((id) => !groupIdSchema.safeParse(id).success)) {
    throw new Error('--project must be the ID of a project: 24 lowercase hexadecimal digits.');
  }
  return {
    groupIds: groupIds && [...new Set(groupIds)],
    exclusions: exclude.map(readExclusion),
    // ms.
    maxAge: maxAge === undefined ? undefined : readTime('--max-age', maxAge, '26h'),
    // ms.
    timeout: Math.min(readTime('--timeout', timeout, '10m'), longestTimeout),
    onlyProblems: values.problems,
    isJson: values.json,
  };
}

const units: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

function readTime(option: string, text: string, example: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const time = Number(digits) * (units[unit] ?? 0);
  if (time > 0 && Number.isSafeInteger(time)) return time;
  throw new Error(`${option} must be a whole number above 0 and s, m, h or d, such as ${example}.`);
}

async function check(options: CheckOptions, output: Output): Promise<number> {
  const stop = new AbortController();
  // The next signal ends the process, as it does without a listener.
  const onSignal = (signal: 'SIGINT' | 'SIGTERM') => {
    release();
    // The reason is the exit code.
    stop.abort(signal === 'SIGINT' ? 130 : 143);
  };
  const release = () => process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    const report = await collect(options, stop.signal, output);
    // The signal may have come after the last finding.
    return stop.signal.aborted ? stop.signal.reason : print(report, options, output);
  } catch (error) {
    if (stop.signal.aborted) return stop.signal.reason;
    if (!isAtlasError(error)) throw error;
    const { message, advice = '' } = error;
    // The client's advice names options that the command does not have.
    output.stderr.write(`${printable(message.slice(0, message.length - advice.length).trimEnd())}\n`);
    return 3;
  } finally {
    release();
  }
}

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
async function collect(options: CheckOptions, signal: AbortSignal, { stderr }: Output): Promise<Report> {
  const { groupIds, exclusions, maxAge, timeout } = options;
  const shared = { checkedAt: new Date(), maxAge: maxAge ?? defaultMaxAge };
  const client = new TenantSnapshotsClient();
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: NamedFinding[] = [];
  const excluded: NamedFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { groupIds, maxAge, timeout, signal });
    for (;;) {
      showProgress(`Clusters checked: ${clusters}`);
      const { done, value } = await checked.next();
      if (done) {
        const summary = summarize(findings, excluded, value);
        return { ...shared, summary, findings: sortFindings(findings), excluded };
      }
      const finding = nameFinding(value);
      const isExcluded = exclusions.some((exclusion) => excludes(exclusion, finding));
      (isExcluded ? excluded : findings).push(finding);
      if (!isExcluded && finding.clusterName !== undefined) clusters += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    const summary = summarize([], [], { projects: 0, free: [] });
    return { ...shared, summary, findings: [], excluded: [], error };
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Prints a report. Returns the exit code. */
function print(report: Report, options: CheckOptions, { stdout, stderr }: Output): number {
  const { groupIds = [], exclusions, onlyProblems, isJson } = options;
  const { summary, excluded, error } = report;
  if (isJson) stdout.write(`${formatJson(report)}\n`);
  else if (!error) stdout.write(`${formatTable(report, onlyProblems, stdout.isTTY && !process.env['NO_COLOR'])}\n`);
  const problems = problemsOf(report, groupIds);
  for (const line of formatProblems(problems)) stderr.write(`${line}\n`);
  for (const exclusion of error ? [] : exclusions) {
    if (excluded.some((finding) => excludes(exclusion, finding))) continue;
    stderr.write(`--exclude ${printable(`${exclusion.project}/${exclusion.cluster}`)} matched nothing.\n`);
  }
  if (summary.none + summary.stale > 0) return 2;
  return problems.length > 0 ? 3 : 0;
}
