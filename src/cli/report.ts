import { forConsole } from './lines.js';
import { type Output, type Run, untilStopped } from './streams.js';

export const reportUsage = `Usage: atlas-tenant-snapshots report REPORT...

Prints one HTML page from the reports that check --output has written: of one run, or of a year of daily runs. The reports in one folder
are one job's.

  --help       Print this text.
  --version    Print the version.

Exit code: 0, or 3 if a file is not a usable report.
`;

/** Returns what prints a page of the reports in these files. */
export function report(files: readonly string[]): Run {
  if (files.length === 0) throw new Error('report needs a file that check --output has written.');
  return (output, stop) => untilStopped(() => print(files, output, stop), stop);
}

async function print(files: readonly string[], { stdout, stderr }: Output, stop: AbortSignal): Promise<number> {
  // Imported here, so that the other commands do not load the page.
  const { printPage } = await import('../report/page.js');
  const { readReports } = await import('../report/read.js');
  const history = await readReports(files, stop);
  for (const part of printPage(history, Date.now())) {
    stop.throwIfAborted();
    await stdout.write(`${part}\n`);
  }
  const unusable = history.files.filter(({ why }) => why !== undefined);
  for (const { file, why } of unusable) stderr.write(`${forConsole(`${file}: ${why}`)}\n`);
  return unusable.length > 0 ? 3 : 0;
}
