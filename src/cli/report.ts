import { readLogins } from '../client/config/environment.js';
import type { AnyAtlasError } from '../client/index.js';
import { explain, explainConfiguration } from './explain.js';
import { covers, type Found, readPattern } from './patterns.js';
import { states } from './states.js';
import type { Output, Run } from './streams.js';
import { printable } from './text.js';

export const reportUsage = `Usage: atlas-tenant-snapshots report [options] REPORT...

Prints one HTML page from the reports that check --output has written: of one run, or of a year of daily runs.

  --events     Ask Atlas for the alerts on backups, and for the events since the first report. The page then has the names of
               users and IP addresses. The environment has the credentials, as for check.
  --help       Print this text.
  --version    Print the version.

Exit code: 0, or 3 if a file is not a usable report or Atlas refused to answer.
`;

export const reportOptions = { events: { type: 'boolean' } } as const;

/** Prints a page of the reports in these files. */
export function report(files: readonly string[], asksAtlas: boolean): Run {
  if (files.length === 0) throw new Error('report needs a file that check --output has written.');
  return async (output, stop) => {
    try {
      return await print(files, asksAtlas, output, stop);
    } catch (error) {
      if (stop.aborted) return stop.reason;
      throw error;
    }
  };
}

async function print(
  files: readonly string[],
  asksAtlas: boolean,
  { stdout, stderr }: Output,
  stop: AbortSignal,
): Promise<number> {
  // Imported here, so that the other commands do not load the page.
  const { askAtlas, printPage, readReports } = await import('../report/index.js');
  const knowledge = { states, covers: coversFound, now: Date.now() };
  const history = await readReports(files, knowledge, stop);
  const answers = asksAtlas ? await askAtlas(history, explainRefusal, stop) : undefined;
  for (const part of printPage({ history, knowledge, answers })) {
    stop.throwIfAborted();
    await stdout.write(`${part}\n`);
  }
  const problems = [...history.unusable.map(({ file, why }) => `${file}: ${why}`), ...(answers?.failures ?? [])];
  for (const problem of problems) stderr.write(`${printable(problem)}\n`);
  return problems.length > 0 ? 3 : 0;
}

function explainRefusal(error: AnyAtlasError): string {
  const [login] = readLogins();
  if (login === undefined || error.code === 'CONFIGURATION') return explainConfiguration(error);
  // The check has a --timeout, and this command has none.
  if (error.code === 'TIMEOUT' || error.toJSON()['status'] === 429) {
    return 'Atlas did not answer in time, or limits the rate. Run the report again later.';
  }
  return explain(error, login);
}

function coversFound(pattern: string, found: Found): boolean {
  try {
    return covers(readPattern('The pattern', pattern), found);
  } catch {
    // A report may have anything in this place.
    return false;
  }
}
