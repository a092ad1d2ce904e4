import { groupIdSchema, isAtlasError, TenantSnapshotsClient } from '../index.js';
import { type Line, printLines } from './details.js';
import type { History, Project } from './history.js';
import { type Html, html } from './html.js';
import { type Fields, listed, listOf, shown, textOf } from './json.js';
import { dayMs, printDay } from './time.js';

/** What Atlas answered: the rows of a table, or why there are none. */
type Answer = readonly [title: string, rows: readonly Line[] | string];

/** What Atlas answered, by the ID of the project, and what it refused. */
export interface Answers {
  readonly ofProjects: ReadonlyMap<string, readonly Answer[]>;
  readonly failures: readonly string[];
}

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

const notAsked = 'Atlas was not asked about a project, because its ID is not one of Atlas.';

/**
 * Asks Atlas, with the login of the environment, for the alert configurations on backups and the events since the first report.
 *
 * @param signal - ends it. It rejects with the reason.
 */
export async function askAtlas({ projects, days }: History, signal: AbortSignal): Promise<Answers> {
  const ofProjects = new Map<string, Answer[]>();
  const failures: string[] = [];
  /** Returns what failed, which is not the end of the others. */
  const toFailure = (error: unknown): string => {
    if (!isAtlasError(error)) throw error;
    failures.push(error.message);
    return error.message;
  };
  const first = days.first ?? 0;
  const query = { eventType: eventTypes, minDate: new Date(first * dayMs).toISOString() };
  const titles = [
    'Alerts on backups, today',
    `Events on backups since ${printDay(first)}, with names of users and IP addresses`,
  ];
  let client: TenantSnapshotsClient | undefined;
  try {
    const atlas = new TenantSnapshotsClient();
    client = atlas;
    const ask = async (path: string, toRow: (item: Fields) => Line[], options?: object): Promise<Line[] | string> => {
      const items = atlas.getAll(path, { apiVersion, signal, ...options });
      return await items.then((all) => listOf(all).flatMap(toRow), toFailure);
    };
    for (const { groupId, isAnonymized } of projects.values()) {
      const path = `/api/atlas/v2/groups/${groupId}`;
      const isId = !isAnonymized && groupIdSchema.safeParse(groupId).success;
      const asked = isId && [ask(`${path}/alertConfigs`, toAlert), ask(`${path}/events`, toEvent, { query })];
      if (!isId) failures.push(notAsked);
      const answers = asked ? await Promise.all(asked) : [notAsked, notAsked];
      const titled = answers.map((rows, index): Answer => [titles[index] ?? '', rows]);
      ofProjects.set(groupId, titled);
    }
  } catch (error) {
    toFailure(error);
  } finally {
    await client?.close();
  }
  return { ofProjects, failures };
}

function toAlert(item: Fields): Line[] {
  const { eventTypeName, enabled, notifications } = item;
  if (!textOf(eventTypeName)?.startsWith('CPS_')) return [];
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
export function printEvents({ ofProjects }: Answers, { groupId }: Project): Html[] {
  return (ofProjects.get(groupId) ?? []).map(([title, rows]) => {
    const isKnown = typeof rows !== 'string';
    const none = html`<p>${isKnown ? 'None.' : `Not known: ${rows}`}</p>`;
    const content = isKnown && rows.length > 0 ? printLines(rows) : none;
    return html`<details class="events"><summary>${title}${!isKnown && ': not known'}</summary>${content}</details>`;
  });
}
