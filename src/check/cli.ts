import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import { groupIdSchema } from '../atlas/schemas.js';
import { TenantSnapshotsClient } from '../client.js';
import { isAtlasError } from '../errors/errors.js';
import { maxDelay, runCheck } from './check-backups.js';
import type { BackupFinding } from './finding.js';
import { formatJson, formatRemarks, formatText, type Report, sortFindings, summarize } from './report.js';

const usage = `Usage: atlas-tenant-snapshots check [options]

Checks whether every Flex cluster of MongoDB Atlas has a recent backup.

  --project ID     Check only this project. May be repeated. Default: all projects that the login can read.
  --max-age TIME   How old a recent backup may be: a whole number and m, h or d. Default: 26h.
  --timeout TIME   How long the check may take. Default: 10m.
  --json           Print JSON instead of a table.
  --help           Print this text.
  --version        Print the version.

The credentials come from the environment: MONGODB_ATLAS_ACCESS_TOKEN, MONGODB_ATLAS_CLIENT_ID and
MONGODB_ATLAS_CLIENT_SECRET, or MONGODB_ATLAS_PUBLIC_KEY and MONGODB_ATLAS_PRIVATE_KEY.

Exit code: 0 if every Flex cluster has a recent backup or is new, 1 if one has a stale backup or none, 2 if something
could not be checked.
`;

type Stream = Pick<NodeJS.WriteStream, 'isTTY' | 'write'>;

/** Where the command writes. */
export type Output = Readonly<Record<'stdout' | 'stderr', Stream>>;

/** Runs the command. Returns its exit code. */
export async function runCommand(args: string[], output: Output): Promise<number> {
  let command: CheckCommand | string;
  try {
    command = readArguments(args);
  } catch (error) {
    output.stderr.write(`${error instanceof Error ? error.message : error}\nTry: atlas-tenant-snapshots --help\n`);
    return 2;
  }
  if (typeof command !== 'string') return check(command, output);
  output.stdout.write(command);
  return 0;
}

type CheckCommand = Exclude<ReturnType<typeof readArguments>, string>;

/**
 * Reads what to do: check, or print a text.
 *
 * @throws an error that says what is wrong with the arguments.
 */
function readArguments(args: string[]) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      project: { type: 'string', multiple: true },
      'max-age': { type: 'string', default: '26h' },
      timeout: { type: 'string', default: '10m' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean' },
      version: { type: 'boolean' },
    },
  });
  const { project: groupIds, 'max-age': maxAge, timeout, json: isJson, help, version } = values;
  if (help) return usage;
  if (version) return `${createRequire(import.meta.url)('atlas-tenant-snapshots/package.json').version}\n`;
  if (positionals.join(' ') !== 'check') throw new Error('The only command is check.');
  if (groupIds?.some((id) => !groupIdSchema.safeParse(id).success)) {
    throw new Error('--project must be the ID of a project: 24 lowercase hexadecimal digits.');
  }
  return {
    groupIds: groupIds && [...new Set(groupIds)],
    maxAge: readTime('--max-age', maxAge),
    timeout: Math.min(readTime('--timeout', timeout), maxDelay),
    isJson,
  };
}

const units: Record<string, number> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

function readTime(option: string, text: string): number {
  const [, digits = '', unit = ''] = /^(\d+)([mhd])$/.exec(text) ?? [];
  const time = Number(digits) * (units[unit] ?? 0);
  if (time > 0 && Number.isSafeInteger(time)) return time;
  throw new Error(`${option} must be a whole number above 0 and m, h or d, such as 26h.`);
}

async function check(command: CheckCommand, output: Output): Promise<number> {
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
    const report = await collect(command, stop.signal, output.stderr);
    // The signal may have come after the last finding.
    return stop.signal.aborted ? stop.signal.reason : print(report, command, output);
  } catch (error) {
    if (stop.signal.aborted) return stop.signal.reason;
    if (!isAtlasError(error)) throw error;
    // The command has no option for credentials.
    output.stderr.write(`${error.message.replace('Pass the option credentials, or set', 'Set')}\n`);
    return 2;
  } finally {
    release();
  }
}

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
async function collect(command: CheckCommand, signal: AbortSignal, stderr: Stream): Promise<Report> {
  const { groupIds, maxAge, timeout } = command;
  const checkedAt = new Date();
  const findings: BackupFinding[] = [];
  let projects = 0;
  let clusters = 0;
  const client = new TenantSnapshotsClient();
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  try {
    const options = { groupIds, maxAge, timeout, signal };
    const check = runCheck(client, options, (count) => {
      projects = count;
    });
    showProgress('Flex clusters checked: 0');
    for await (const finding of check) {
      findings.push(finding);
      if (finding.clusterName !== undefined) clusters += 1;
      showProgress(`Flex clusters checked: ${clusters}`);
    }
    return { checkedAt, maxAge, findings: sortFindings(findings), summary: summarize(findings, projects) };
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return { checkedAt, maxAge, findings: [], summary: summarize([], 0), error };
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Prints a report. Returns the exit code. */
function print(report: Report, { groupIds = [], isJson }: CheckCommand, { stdout, stderr }: Output): number {
  if (isJson) stdout.write(`${formatJson(report)}\n`);
  else if (!report.error) stdout.write(`${formatText(report, stdout.isTTY && !process.env['NO_COLOR'])}\n`);
  const remarks = formatRemarks(report, groupIds);
  for (const line of remarks) stderr.write(`${line}\n`);
  if (report.summary.none + report.summary.stale > 0) return 1;
  return remarks.length > 0 ? 2 : 0;
}
