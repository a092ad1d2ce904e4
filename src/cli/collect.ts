import { checkBackups } from '../check/index.js';
import { isAtlasError, TenantSnapshotsClient } from '../index.js';
import type { CheckOptions } from './check-options.js';
import { describeLogins, readLogins, readServer } from './environment.js';
import { type NamedFinding, withNames } from './names.js';
import type { Output } from './output.js';
import { covers, includes } from './patterns.js';
import { arrange, dailyLimit, isCluster, type Report } from './report.js';

/**
 * Runs the check. If the projects cannot be listed, the report says why.
 *
 * @throws the reason of the signal, or an AtlasConfigurationError.
 */
export async function collect(options: CheckOptions, signal: AbortSignal, { stderr }: Output): Promise<Report> {
  const { given, groupIds, maxAge, timeout } = options;
  const checkedAt = new Date();
  const client = new TenantSnapshotsClient();
  const logins = readLogins();
  const choice = describeLogins(logins);
  if (choice !== undefined) stderr.write(`${choice}\n`);
  const origin = { server: readServer(), login: logins[0]?.name };
  const asked = { checkedAt, options: given, maxAge: maxAge ?? dailyLimit, ...origin };
  const showProgress = (text: string) => stderr.isTTY && stderr.write(`\r\x1b[K${text}`);
  const findings: NamedFinding[] = [];
  const excluded: NamedFinding[] = [];
  let clusters = 0;
  try {
    const checked = checkBackups(client, { groupIds, maxAge, timeout, signal });
    for (;;) {
      showProgress(`Clusters checked: ${clusters}`);
      const { done, value } = await checked.next();
      if (done) return { ...asked, ...arrange(findings, excluded, value) };
      const finding = withNames(value);
      const isChosen = chooses(options, finding);
      (isChosen ? findings : excluded).push(finding);
      if (isChosen && isCluster(finding)) clusters += 1;
    }
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return { ...asked, ...arrange([], [], { projects: 0, free: [] }), error };
  } finally {
    showProgress('');
    await client.close();
  }
}

/** Whether the patterns leave a finding in. */
function chooses({ include, exclude }: CheckOptions, finding: NamedFinding): boolean {
  if (exclude.some((pattern) => covers(pattern, finding))) return false;
  return include.length === 0 || include.some((pattern) => includes(pattern, finding));
}
