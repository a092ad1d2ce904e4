// All advice on a response, or on none, is in advice.txt, to be read there. `npx vitest run test/client/errors/advice.test.ts -u` writes it.
import { expect, it } from 'vitest';
import { snapshotListTarget, snapshotTarget } from '../../../src/client/atlas/snapshots.js';
import { pathListTarget, pathTarget } from '../../../src/client/atlas/target.js';
import {
  adviseOnBody,
  adviseOnPages,
  adviseOnRepeatedPage,
  adviseOnSize,
  adviseOnStatus,
  adviseOnTransport,
} from '../../../src/client/errors/advice.js';
import { clusterName, groupId, snapshotId } from '../../support/snapshot-routes.js';

const auto = { endpoint: 'auto' } as const;
const list = { groupId, clusterName };

const targets = {
  'one snapshot': snapshotTarget({ ...list, snapshotId }, auto),
  'the snapshots': snapshotListTarget(list, auto),
  'one tenant snapshot': snapshotTarget({ ...list, snapshotId }, { endpoint: 'tenant' }),
  'the tenant snapshots': snapshotListTarget(list, { endpoint: 'tenant' }),
  'a v2 path': pathTarget({ path: '/api/atlas/v2/groups' }, auto),
  'a v2 list': pathListTarget({ path: '/api/atlas/v2/groups' }, auto),
  'another path': pathTarget({ path: '/api/atlas/v1.0/groups' }, auto),
};
type Target = (typeof targets)[keyof typeof targets];

const responses: [status: number, errorCode?: string][] = [
  ...[302, 400, 401, 402, 403, 404, 406, 408, 410, 418, 429, 500].map((status): [number] => [status]),
  [401, 'USER_UNAUTHORIZED'],
  [401, 'TENANT_SNAPSHOT_ACCESS_DENIED'],
  [401, 'NOT_IN_GROUP'],
  [401, 'USER_CANNOT_ACCESS_GROUP'],
  [401, 'USER_CANNOT_ACCESS_ORG'],
  [403, 'IP_ADDRESS_NOT_ON_ACCESS_LIST'],
  [403, 'ORG_REQUIRES_ACCESS_LIST'],
  [403, 'RESOURCE_REQUIRES_ACCESS_LIST'],
  [404, 'ATLAS_CODE'],
  [404, 'GROUP_NOT_FOUND'],
  [404, 'CLUSTER_NOT_FOUND'],
  [404, 'TENANT_SNAPSHOT_NOT_FOUND'],
  [404, 'RESOURCE_NOT_FOUND'],
  [400, 'CANNOT_USE_NON_FLEX_CLUSTER_IN_FLEX_API'],
  [400, 'CANNOT_USE_FLEX_CLUSTER_IN_CLUSTER_API'],
  // It only looks like a known one.
  [418, 'toString'],
];

const kinds = [
  'attempt timeout',
  'other',
  'connect timeout',
  'certificate',
  'protocol',
  'proxy login',
  'proxy refusal',
  'dispatcher version',
  'fetch refusal',
  'mock',
] as const;

/** Formats the advice on one thing that may happen: a line for each sentence, with the targets that get it. */
function format(what: string, adviseOn: (target: Target) => string): string {
  const given = Object.entries(targets).map(([name, target]) => ({ name, advice: adviseOn(target) }));
  const sentences = [...new Set(given.map(({ advice }) => advice))];
  const namesOf = (sentence: string) => given.filter(({ advice }) => advice === sentence).map(({ name }) => name);
  const lines = sentences.map(
    (sentence) => `  ${sentences.length === 1 ? 'all' : namesOf(sentence).join(', ')}: ${sentence}`,
  );
  return [what, ...lines].join('\n');
}

it('says what to do about whatever may happen', async () => {
  const advice = [
    ...responses.map(([status, errorCode]) => {
      const what = [status, errorCode].filter(Boolean).join(' ');
      return format(what, (target) => adviseOnStatus({ status, error: { errorCode } }, undefined, target));
    }),
    format("404 with Atlas's detail", (target) =>
      adviseOnStatus({ status: 404, error: { detail: 'No snapshot exists.' } }, undefined, target),
    ),
    ...[0, 1_500].map((ms) =>
      format(`429 with a wait of ${ms} ms`, (target) => adviseOnStatus({ status: 429, error: {} }, ms, target)),
    ),
    format('an unusable body', (target) => adviseOnBody(target)),
    format('too many pages', (target) => adviseOnPages(target)),
    format('a page that is too large', (target) => adviseOnSize(target)),
    ...[undefined, 5].map(
      (count) => `a page without a new item, count ${count}\n  all: ${adviseOnRepeatedPage(count)}`,
    ),
    ...kinds.map((kind) => format(`no response: ${kind}`, (target) => adviseOnTransport(kind, target))),
    `no response: mock\n  a token request: ${adviseOnTransport('mock', undefined)}`,
  ];
  await expect(`${advice.join('\n\n')}\n`).toMatchFileSnapshot('advice.txt');
});
