import { type AnyAtlasError, groupIdSchema, isAtlasError, TenantSnapshotsClient } from '../client/index.js';
import { type Line, printLines } from './details.js';
import type { History, Project } from './history.js';
import { type Html, html } from './html.js';
import { type Fields, listed, listOf, shown } from './json.js';
import { dayMs, printDay } from './time.js';

/** What Atlas answered. */
export interface Answers {
  /** The tables of each project, by its ID. */
  readonly tables: ReadonlyMap<string, readonly Table[]>;
  /** What is not known, and why. */
  readonly failures: readonly string[];
}

type Table = readonly [title: string, rows: readonly Line[]];

// The names that start with CPS are of dedicated clusters, and those that start with TENANT are of Flex.
const eventTypes = `
  CPS_SNAPSHOT_DELETED_AUDIT CPS_SNAPSHOT_SCHEDULE_UPDATED_AUDIT CPS_SNAPSHOT_RETENTION_MODIFIED_AUDIT CPS_SNAPSHOT_FAILED
  CPS_SNAPSHOT_BEHIND CPS_SNAPSHOT_FALLBACK_FAILED CPS_COPY_SNAPSHOT_FAILED CPS_EXPORT_FAILED CPS_AUTO_EXPORT_FAILED
  CPS_RESTORE_REQUESTED_AUDIT CPS_RESTORE_SUCCESSFUL CPS_RESTORE_FAILED TENANT_RESTORE_REQUESTED_AUDIT
  TENANT_RESTORE_COMPLETED_AUDIT TENANT_RESTORE_FAILED TENANT_SNAPSHOT_DELETED_AUDIT TENANT_SNAPSHOT_FAILED CLUSTER_DELETED
  CPS_DATA_PROTECTION_ENABLED CPS_DATA_PROTECTION_UPDATED CPS_DATA_PROTECTION_DISABLED`
  .trim()
  .split(/\s+/);

// The version of both lists.
const apiVersion = '2023-01-01';

/**
 * Asks Atlas, with the login of the environment, for the alert configurations on backups and the events since the first report.
 *
 * @param explain - says why Atlas did not answer, and what to do.
 * @param signal - ends it. It rejects with the reason.
 */
export async function askAtlas(
  { projects, days }: History,
  explain: (error: AnyAtlasError) => string,
  signal: AbortSignal,
): Promise<Answers> {
  const tables = new Map<string, Table[]>();
  const failures: string[] = [];
  // What failed is not the end of the others.
  const addFailure = (error: unknown, subject = ''): [] => {
    if (!isAtlasError(error)) throw error;
    failures.push(subject + explain(error));
    return [];
  };
  const first = days.first ?? 0;
  const query = { eventType: eventTypes, minDate: new Date(first * dayMs).toISOString() };
  const eventTitle = `Events on backups since ${printDay(first)}, with names of users and IP addresses`;
  let client: TenantSnapshotsClient | undefined;
  try {
    const atlas = new TenantSnapshotsClient();
    client = atlas;
    for (const { groupId, name, isAnonymized } of projects.values()) {
      if (isAnonymized || !groupIdSchema.safeParse(groupId).success) {
        failures.push(`Atlas was not asked about the project ${name}, because its ID is not one of Atlas.`);
        continue;
      }
      const ask = (list: string, title: string, toRow: (item: Fields) => Line[], options?: object): Promise<Table[]> =>
        atlas.getAll(`/api/atlas/v2/groups/${groupId}/${list}`, { apiVersion, signal, ...options }).then(
          (items): Table[] => [[title, listOf(items).flatMap(toRow)]],
          (error: unknown) => addFailure(error, `${name}: ${title}: `),
        );
      const alerts = ask('alertConfigs', 'Alerts on backups, today', toAlert);
      const events = ask('events', eventTitle, toEvent, { query });
      tables.set(groupId, (await Promise.all([alerts, events])).flat());
    }
  } catch (error) {
    addFailure(error);
  } finally {
    await client?.close();
  }
  return { tables, failures };
}

function toAlert(item: Fields): Line[] {
  const { eventTypeName, enabled, notifications } = item;
  if (!shown(eventTypeName)?.startsWith('CPS_')) return [];
  const notified = listed(listOf(notifications).map(({ typeName }) => typeName));
  return [[String(eventTypeName), [`${enabled === true ? 'enabled' : 'not enabled'}, notifies: ${notified}`]]];
}

function toEvent(item: Fields): Line[] {
  const { created, eventTypeName, clusterName, username, publicKey, remoteAddress } = item;
  const what = [shown(eventTypeName) ?? 'an event without a type', shown(clusterName)].filter(Boolean).join(', ');
  const who = username ? `user ${shown(username)}` : publicKey ? `API key ${shown(publicKey)}` : 'nobody named';
  const from = remoteAddress ? `, from the IP address ${shown(remoteAddress)}` : '';
  return [[shown(created) ?? 'no time', [`${what}: ${who}${from}`]]];
}

/** Prints what Atlas answered about a project. */
export function printEvents({ tables }: Answers, { groupId }: Project): Html[] {
  return (tables.get(groupId) ?? []).map(([title, rows]) => {
    const content = rows.length > 0 ? printLines(rows) : html`<p>None.</p>`;
    return html`<details class="events"><summary>${title}</summary>${content}</details>`;
  });
}
