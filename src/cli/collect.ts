import { type BackupCheckTotals, type BackupFinding, checkBackups } from '../check/index.js';
import { readLogins } from '../client/config/environment.js';
import { isAtlasError, TenantSnapshotsClient } from '../client/index.js';
import type { CheckOptions } from './check-options.js';
import { type CheckReport, toReport } from './check-report.js';
import { isCluster } from './patterns.js';
import type { Output } from './streams.js';

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
export async function collect(
  options: CheckOptions,
  stderr: Output['stderr'],
  signal: AbortSignal,
): Promise<CheckReport> {
  const client = new TenantSnapshotsClient();
  const [login] = readLogins();
  if (login === undefined) throw new Error('The client found a login that the command did not.');
  const start = { options, login, checkedAt: new Date() };
  const showProgress = (text: string) => {
    // In place of the text before it.
    if (stderr.isTTY) stderr.write(`\r\x1b[K${text}`);
  };
  const findings: BackupFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { ...options.ofCheck, signal });
    // Not `for await`, which would drop the totals.
    for (;;) {
      showProgress(`Clusters checked: ${clusters}`);
      const { done, value } = await checked.next();
      if (done) return toReport({ ...start, finishedAt: new Date() }, findings, value);
      findings.push(value);
      if (isCluster(value)) clusters += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    // The projects could not be listed. Any other error of Atlas is part of a finding.
    const nothing: BackupCheckTotals = { projects: 0, projectsNotRead: [], notChecked: [] };
    return toReport({ ...start, finishedAt: new Date(), error }, [], nothing);
  } finally {
    showProgress('');
    await client.close();
  }
}
