import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { environmentOf, openEmulator } from '../support/open-emulator.js';
import { openFolder } from '../support/open-folder.js';
import { runProcess, startCommand } from '../support/processes.js';
import { findDrift, findReportDrift } from './drift.mjs';
import { recordReads } from './reads.mjs';

const path = '/groups/{groupId}/clusters';
const version = 'application/vnd.atlas.2024-08-05+json';
const schemas = '#/components/schemas';

/** A document with everything that is read below. */
const text = `
paths:
  ${path}:
    parameters: [{ in: query, name: envelope }]
    get:
      parameters: [{ $ref: "#/components/parameters/pageNum" }]
      responses: { 200: { $ref: "#/components/responses/Clusters" } }
      x-rolesRequirements: [Project Read Only]
components:
  parameters: { pageNum: { in: query, name: pageNum } }
  responses: { Clusters: { content: { ${version}: { schema: { $ref: "${schemas}/Clusters" } } } } }
  schemas:
    Page: { properties: { totalCount: {} } }
    Clusters:
      allOf: [{ $ref: "${schemas}/Page" }]
      properties: { results: { items: { anyOf: [{ $ref: "${schemas}/Cluster" }] } } }
    Cluster: { properties: { name: {}, regions: { items: { $ref: "${schemas}/Region" } } } }
    # Circular, as in MongoDB's document.
    Region: { oneOf: [{ $ref: "${schemas}/AwsRegion" }], properties: { providerName: {} } }
    AwsRegion: { allOf: [{ $ref: "${schemas}/Region" }] }
`;

const objectOf = (properties: object) => ({ properties });
const cluster = objectOf({
  name: {},
  regions: { items: objectOf({ providerName: {} }) },
  // MongoDB's document does not have it yet.
  databaseEdition: {},
  // Must be absent, as in the schemas of the check.
  error: { type: 'null' },
});
const fields = objectOf({ results: { items: cluster }, totalCount: {} });
const reads = [{ path, version: '2024-08-05', query: new Set(['envelope', 'pageNum']), fields }];

/** The drift of the document above after one replacement. */
function driftAfter(part: string, replacement: string): string[] {
  return findDrift(parse(text.replace(part, () => replacement)), reads);
}

/** A document that matches what the package reads, with these fields. */
async function documentWith(fieldsOf: (read: { fields: object }) => object) {
  const paths = (await recordReads()).map((read) => {
    const content = { [`application/vnd.atlas.${read.version}+json`]: { schema: fieldsOf(read) } };
    const parameters = [...read.query].map((name) => ({ in: 'query', name }));
    return [read.path, { get: { parameters, responses: { 200: { content } } } }];
  });
  return { openapi: '3.0.1', paths: Object.fromEntries(paths) };
}

describe('findDrift', () => {
  it.each([
    ['that a path is gone', `${path}:`, '/gone:', 'the path is gone, or has no GET'],
    ['that a GET is gone', 'get:', 'put:', 'the path is gone, or has no GET'],
    ['that a GET is deprecated', 'get:', 'get:\n      deprecated: true', 'the GET is deprecated'],
    ['that a version is gone', '2024-08-05', '2022-06-01', 'version 2024-08-05 is gone'],
    ['a sunset', 'schema:', 'x-sunset: 2028-01-01, schema:', 'version 2024-08-05 has the sunset date 2028-01-01'],
    ['that a query parameter is gone', 'parameters/pageNum', 'x', 'query parameter pageNum is no longer listed'],
    ['that a query parameter of a path is gone', 'envelope', 'x', 'query parameter envelope is no longer listed'],
    ['another role', 'Project Read Only', 'Owner', 'the required role is Owner instead of Project Read Only'],
    ['that a field of a list is gone', 'totalCount', 'x', 'field totalCount is gone'],
    ['that a nested field is gone', 'providerName', 'x', 'field results[].regions[].providerName is gone'],
  ])('reports %s', (_what, part, replacement, change) => {
    expect(driftAfter(part, replacement)).toEqual([`${path}: ${change}`]);
  });

  it('knows what the package reads', async () => {
    const lists = objectOf({
      results: { items: objectOf({ replicationSpecs: { items: objectOf({ regionConfigs: { items: {} } }) } }) },
      policies: { items: objectOf({ policyItems: { items: {} } }) },
    });
    const groups = '/api/atlas/v2/groups';
    const flex = `${groups}/{groupId}/flexClusters`;
    const clusters = `${groups}/{groupId}/clusters`;
    const backup = `${clusters}/{clusterName}/backup`;
    const changes = [
      `${groups}: field results[].id is gone`,
      `${flex}: field results[].createDate is gone`,
      `${flex}/{clusterName}/backup/snapshots: field results[].finishTime is gone`,
      `${flex}/{clusterName}/backup/snapshots/{snapshotId}: field status is gone`,
      `${clusters}: field results[].replicationSpecs[].regionConfigs[].providerName is gone`,
      `${backup}/snapshots: field results[].createdAt is gone`,
      `${backup}/snapshots/shardedClusters: field results[].status is gone`,
      `${backup}/schedule: field policies[].policyItems[].frequencyType is gone`,
    ];
    expect(findDrift(await documentWith(() => lists))).toEqual(expect.arrayContaining(changes));
  });
});

/** A report with evidence of a cluster of each type. */
async function report() {
  const atlas = await openEmulator();
  atlas.seed({ clusterName: 'Cluster1', dedicated: true });
  const args = ['check', '--json', '--evidence'];
  return (await startCommand(args, environmentOf(atlas)).ended).stdout;
}

it('findReportDrift says which fields of a report are missing or have another type', async () => {
  const text = await report();
  const driftAfter = (part: RegExp, replacement: string) =>
    findReportDrift(JSON.parse(text.replaceAll(part, replacement))).sort();
  const groups = '/api/atlas/v2/groups/{groupId}';
  expect(driftAfter(/"(createDate|providerName)"/g, '"x"')).toEqual([
    `${groups}/clusters: field results[].createDate is missing`,
    `${groups}/clusters: field results[].replicationSpecs[].regionConfigs[].providerName is missing`,
    `${groups}/flexClusters: field results[].createDate is missing`,
  ]);
  expect(driftAfter(/"completed"|"daily"/gi, '7')).toEqual([
    `${groups}/clusters/{clusterName}/backup/schedule: field policies[].policyItems[].frequencyType has the type number instead of string`,
    `${groups}/clusters/{clusterName}/backup/snapshots: field results[].status has the type number instead of string`,
    `${groups}/flexClusters/{clusterName}/backup/snapshots: field results[].status has the type number instead of string`,
  ]);
});

it('npm run drift exits with 0 without drift, and with 1 after printing the changes or the problem with the file', async () => {
  const folder = openFolder();
  const write = async (name: string, document: string) => {
    await writeFile(join(folder, name), document);
    return join(folder, name);
  };
  const run = (...files: string[]) => runProcess(process.execPath, ['test/drift/run.mjs', ...files]);
  const same = await write('same.json', JSON.stringify(await documentWith((read) => read.fields)));
  expect(await run(same)).toMatchObject({ exitCode: 0, stdout: expect.stringMatching(/^No drift: .+\n$/), stderr: '' });
  expect(await run(await write('report.json', await report()))).toMatchObject({ exitCode: 0, stderr: '' });
  const empty = await write('empty.yaml', 'openapi: 3.0.1\npaths: {}');
  const lines = expect.stringMatching(/^(?:\/api\/\S+: the path is gone, .+\n)+$/);
  expect(await run(empty)).toMatchObject({ exitCode: 1, stdout: lines, stderr: '' });
  const problem = expect.stringMatching(/^.+\. Run `npm run drift -- FILE` .+\.\n$/);
  for (const files of [[], ['gone.json'], ['tsup.config.ts'], ['package.json']])
    expect(await run(...files)).toMatchObject({ exitCode: 1, stdout: '', stderr: problem });
});
