import { expect, it } from 'vitest';
import { readCheckOptions } from '../../src/cli/check-options.js';
import { describeError, formatProblems, formatUnused, problemsOf } from '../../src/cli/problems.js';
import type { Report } from '../../src/cli/report.js';
import { AtlasApiError, type AtlasError, AtlasInvalidArgumentError } from '../../src/index.js';
import { billing, down, excluded, office, ofShop, reportOf, shop, totals } from './support/reports.js';

const linesOf = (report: Report, args: string[] = []) => formatProblems(problemsOf(report, readCheckOptions(args)));
const isDown = describeError(down);
const byIds = (...ids: string[]) => ids.map((id) => `--project=${id}`);
const unknown = (clusterName: string, error: AtlasError = down) =>
  ({ ...ofShop(clusterName), state: 'unknown', error }) as const;
const list = { groupId: office, clusterType: 'dedicated', state: 'unknown', error: down } as const;

/** An error as the client builds it, with its method and path in the message. */
function failure(operation: string, path: string | undefined, subject: string, errorCode?: string): AtlasError {
  const fields = { status: 503, errorCode, operation, path, advice: 'Raise timeout.' };
  return new AtlasApiError(`${subject} failed with status 503.`, fields);
}
const later = describeError(failure('get', undefined, 'get')).split('503. ')[1];

it('errors with the same status and code share a line, with the first message; without a code, the message counts', () => {
  const [a, b] = ['a', 'b'].map((text) => failure('get', undefined, `get ${text}`, 'BUSY'));
  const [c, e] = ['::x ##[error] ##vso[task]', 'e'].map((text) => failure('get', undefined, `get ${text}`));
  const d = failure('get', undefined, 'get d', 'SLOW');
  const report = reportOf([unknown('a', a), unknown('b', b), unknown('c', c), unknown('d', d), unknown('e', e)]);
  expect(linesOf(report)).toEqual([
    `Web Shop / a, Web Shop / b: The request a failed with status 503. ${later}`,
    `Web Shop / c: The request ::x ## [error] ##vso [task] failed with status 503. ${later}`,
    `Web Shop / d: The request d failed with status 503. ${later}`,
    `Web Shop / e: The request e failed with status 503. ${later}`,
  ]);
});

it('other errors with the same message share a line, with the first three names', () => {
  const other = new AtlasInvalidArgumentError(
    'The call was not sent because of invalid arguments: clusterName: Al\x1b[2J\n\u2028tair.',
  );
  const report = reportOf([
    { ...list, clusterType: 'flex' },
    ...['a', 'b', 'c', 'd'].map((name) => unknown(name)),
    ...['f', 'g', 'h'].map((name) => unknown(name, other)),
  ]);
  expect(linesOf(report)).toEqual([
    `${office} / Flex clusters, Web Shop / a, Web Shop / b and 2 more: ${isDown}`,
    expect.stringMatching(/^Web Shop \/ f, Web Shop \/ g, Web Shop \/ h: The call .*: clusterName: Al\[2Jtair\. Check/),
  ]);
});

it.each<[name: string, report: Report, args: string[], lines: string[]]>([
  ['nothing if all is known', reportOf([{ ...ofShop('tests'), state: 'none' }]), byIds(shop), []],
  [
    'a named project without clusters, but not one whose clusters are excluded or not listed',
    reportOf([list], { excluded }),
    byIds(office, billing, shop),
    [`${office} / dedicated clusters: ${isDown}`, `${billing}: The project has no cluster that Atlas backs up.`],
  ],
  ['a cluster without a name', reportOf([unknown('')]), [], [`Web Shop / (no name): ${isDown}`]],
  [
    'a pattern of --include that matches no cluster, or only free ones, each in its own line',
    reportOf([list], { excluded }, totals),
    ['Web Shop/old', `${office}/x`, 'Web Shop/s*', 'Gone/*\x1b'].map((text) => `--include=${text}`),
    [
      `${office} / dedicated clusters: ${isDown}`,
      ...['Web Shop/s*', 'Gone/*'].map((text) =>
        expect.stringMatching(`--include: ${text.replace('*', '[*]')} matches no cluster that Atlas backs up. Check`),
      ),
    ],
  ],
  [
    'why there may be no cluster',
    reportOf([]),
    [],
    [expect.stringMatching(/^No cluster was checked: .* role, such as Project Read Only/)],
  ],
  [
    'that all are excluded',
    reportOf([], { excluded }),
    byIds(shop),
    ['No cluster was checked: All of them are excluded.'],
  ],
  [
    'only that the projects could not be listed',
    reportOf([], { error: failure('getAll', '/api/atlas/v2/groups', 'getAll /api/atlas/v2/groups') }),
    ['--include=Web Shop/*'],
    [`The projects could not be listed: The request failed with status 503. ${later}`],
  ],
])('they say %s', (_name, report, args, lines) => {
  expect(linesOf(report, args)).toEqual(lines);
});

it('patterns of --exclude that match nothing are named', () => {
  const report = reportOf([unknown('a')], { excluded }, totals);
  const used = ['Web Shop/a', 'Web Shop/old', 'Web Shop/sandbox'];
  const args = [...used, 'Web Shop/x\x1b'].map((text) => `--exclude=${text}`);
  expect(formatUnused(report, readCheckOptions(args))).toEqual(['--exclude Web Shop/x matched nothing.']);
});
