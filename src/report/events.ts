import { groupIdSchema, isAtlasError, TenantSnapshotsClient } from '../index.js';
import { type Line, printLines } from './details.js';
import type { History, Project } from './history.js';
import { type Html, html } from './html.js';
import { type Fields, listed, listOf, shown, textOf } from './json.js';
import { dayMs, printDay } from './time.js';

/** What Atlas answered about a project: the rows of a table, or why there are none. */
type Answer = { readonly rows: readonly Line[] } | { readonly failure: string };

/** What Atlas answered, by the ID of the project. */
export interface Answers {
  readonly alerts: ReadonlyMap<string, Answer>;
  readonly events: ReadonlyMap<string, Answer>;
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

/**
 * Asks Atlas, with the login of the environment, for the alert configurations on backups and the events since the first report.
 *
 * @param signal - ends it. It rejects with the reason.
 */
export async function askAtlas({ projects, days }: History, signal: AbortSignal): Promise<Answers> {
  const answers = { alerts: new Map<string, Answer>(), events: new Map<string, Answer>(), failures: [] as string[] };
  let client: TenantSnapshotsClient;
  try {
    client = new TenantSnapshotsClient();
  } catch (error) {
    if (!isAtlasError(error)) throw error;
    return { ...answers, failures: [error.message] };
  }
  const ask = async ({ groupId }: Project, list: string, query: object, toRow: typeof toAlert): Promise<Answer> => {
    const path = `/api/atlas/v2/groups/${groupId}/${list}`;
    try {
      const items = await client.getAll(path, { apiVersion, signal, query: { ...query } });
      return { rows: listOf(items).flatMap((item) => toRow(item)) };
    } catch (error) {
      if (!isAtlasError(error)) throw error;
      answers.failures.push(error.message);
      return { failure: error.message };
    }
  };
  try {
    const minDate = new Date((days.first ?? 0) * dayMs).toISOString();
    for (const project of projects.values()) {
      if (project.isAnonymized || !groupIdSchema.safeParse(project.groupId).success) {
        const failure = 'Atlas was not asked about a project, because its ID is not one of Atlas.';
        answers.failures.push(failure);
        answers.alerts.set(project.groupId, { failure });
        continue;
      }
      const [alerts, events] = await Promise.all([
        ask(project, 'alertConfigs', {}, toAlert),
        ask(project, 'events', { eventType: eventTypes, minDate }, toEvent),
      ]);
      answers.alerts.set(project.groupId, alerts);
      answers.events.set(project.groupId, events);
    }
  } finally {
    await client.close();
  }
  return answers;
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
export function printEvents(answers: Answers, { groupId }: Project, first: number): Html {
  return html`${printAnswer(answers.alerts.get(groupId), 'Alerts on backups, today')}
${printAnswer(answers.events.get(groupId), `Events on backups since ${printDay(first)}, with names of users and IP addresses`)}`;
}

function printAnswer(answer: Answer | undefined, title: string): Html | undefined {
  if (answer === undefined) return undefined;
  const failure = 'failure' in answer ? answer.failure : undefined;
  const rows = 'rows' in answer ? answer.rows : [];
  const content =
    rows.length > 0 ? printLines(rows) : html`<p>${failure === undefined ? 'None.' : `Not known: ${failure}`}</p>`;
  return html`<details class="events"><summary>${title}${failure !== undefined && ': not known'}</summary>${content}</details>`;
}
