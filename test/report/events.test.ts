import { expect, it, vi } from 'vitest';
import { askAtlas, printPage } from '../../src/report/index.js';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { at, finding, knowledge, read, reportOf, textOf, write } from './support/reports.js';

const signal = new AbortController().signal;
const explain = ({ message }: Error) => message;

async function openAtlas() {
  const atlas = await openEmulator();
  for (const [name, value] of Object.entries(environmentOf(atlas))) vi.stubEnv(name, value);
  return atlas;
}

/** Asks Atlas about projects. Returns the text of the page, and what failed. */
async function ask(groupIds: readonly string[], more: object = {}) {
  const findings = groupIds.map((groupId) => ({ ...finding('fresh', [2]), groupId, groupName: undefined }));
  const history = await read(write(reportOf(2, findings, more)));
  const answers = await askAtlas(history, explain, signal);
  const html = [...printPage({ history, knowledge, answers })].join('\n');
  return { failures: answers.failures, text: textOf(html) };
}

it('shows alerts and events of each project, with users and addresses', async () => {
  const atlas = await openAtlas();
  const path = `/api/atlas/v2/groups/${atlas.groupId}`;
  const notifications = [{ typeName: 'EMAIL' }, { typeName: 'SMS' }];
  const alert = { eventTypeName: 'CPS_SNAPSHOT_BEHIND', enabled: true, notifications };
  const alerts = [alert, { eventTypeName: 'CPS_SNAPSHOT_FAILED' }, { eventTypeName: 'HOST_DOWN' }, {}];
  const user = { clusterName: 'carts', username: 'jo@example.com', remoteAddress: '192.0.2.1' };
  const deleted = { eventTypeName: 'CPS_SNAPSHOT_DELETED_AUDIT', created: at(2), ...user };
  const events = [deleted, { eventTypeName: 'CLUSTER_DELETED', created: at(3), publicKey: 'abcdefgh' }, {}];
  atlas.respond({ path: `${path}/alertConfigs`, body: { results: alerts } });
  atlas.respond({ path: `${path}/events`, body: { results: events } });
  const { failures, text } = await ask([atlas.groupId]);
  expect(failures).toEqual([]);
  expect(text).toContain(
    [
      'Alerts on backups, today',
      'CPS_SNAPSHOT_BEHIND\nenabled, notifies: EMAIL, SMS',
      'CPS_SNAPSHOT_FAILED\nnot enabled, notifies: none',
      'Events on backups since 2026-11-02, with names of users and IP addresses',
      `${at(2)}\nCPS_SNAPSHOT_DELETED_AUDIT, carts: user jo@example.com, from the IP address 192.0.2.1`,
      `${at(3)}\nCLUSTER_DELETED: API key abcdefgh`,
      'no time\nan event without a type: nobody named',
    ].join('\n'),
  );
  const asked = atlas.requests.map((request) => request.path);
  expect(asked).toContainEqual(
    expect.stringMatching(/events\?.*eventType=CPS_SNAPSHOT_DELETED_AUDIT&.*minDate=2026-11-02T00/),
  );
});

it('says what Atlas refused, and goes on', async () => {
  const atlas = await openAtlas();
  const path = `/api/atlas/v2/groups/${atlas.groupId}`;
  atlas.respond({ path: `${path}/alertConfigs`, body: { results: [] } });
  const body = { error: 403, errorCode: 'NO_ROLE', detail: 'Not yours.' };
  atlas.respond({ path: `${path}/events`, status: 403, body, times: 9 });
  const { failures, text } = await ask([atlas.groupId]);
  expect(failures).toEqual([
    expect.stringMatching(/: Events on backups since 2026-11-02, with names of users and IP addresses: .*NO_ROLE/),
  ]);
  expect(text).toContain('\nAlerts and events\nNot known: ');
  expect(text).toContain('Alerts on backups, today\nNone.\nHow the checks');
});

it('asks for no project whose ID is none, or is anonymized', async () => {
  const atlas = await openAtlas();
  const why = (name: string) => `Atlas was not asked about the project ${name}, because its ID is not one of Atlas.`;
  expect((await ask(['../../orgs', `${atlas.groupId}/x`])).failures).toEqual([
    why('../../orgs'),
    why(`${atlas.groupId}/x`),
  ]);
  expect((await ask([atlas.groupId], { options: ['evidence'] })).failures).toEqual([why(atlas.groupId)]);
  expect(atlas.requests).toEqual([]);
});

it('says that there are no credentials', async () => {
  const { failures, text } = await ask(['a'.repeat(24)]);
  expect(failures).toEqual([expect.stringContaining('There are no credentials.')]);
  expect(text).toContain('Alerts and events\nNot known: There are no credentials.');
});

it('ends at a signal', async () => {
  const atlas = await openAtlas();
  const history = await read(write(reportOf(2, [{ ...finding('fresh', [2]), groupId: atlas.groupId }])));
  await expect(askAtlas(history, explain, AbortSignal.abort('SIGINT'))).rejects.toBe('SIGINT');
});
