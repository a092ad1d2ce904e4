import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { parse } from 'yaml';
import { runProcess } from '../support/processes.js';
import { findDrift } from './drift.mjs';

const file = 'test/drift/document.yaml';
const fixture = readFileSync(file, 'utf8');
const groups = '/api/atlas/v2/groups';
const clusters = `${groups}/{groupId}/clusters`;
const snapshots = `${clusters}/{clusterName}/backup/snapshots`;
const schedule = `${clusters}/{clusterName}/backup/schedule`;
const role = 'Project Read Only';
const provider = 'results[].replicationSpecs[].regionConfigs[].providerName';

/** Parses the fixture with another text in place of the first one after `start`. */
function changed(start: string, text: string, replacement: string): unknown {
  const index = fixture.indexOf(text, fixture.indexOf(`  ${start}:`));
  return parse(fixture.slice(0, index) + replacement + fixture.slice(index + text.length));
}

/** Returns the document without each of its paths, parameters and fields in turn. */
function* withoutOne(document: unknown, part = document): Iterable<{ without: string; document: unknown }> {
  for (const [key, value] of Object.entries(part ?? {})) {
    for (const [name, member] of ['paths', 'parameters', 'properties'].includes(key) ? Object.entries(value) : []) {
      delete value[name];
      yield { without: `${name} of ${JSON.stringify(part)}`, document: structuredClone(document) };
      value[name] = member;
    }
    if (typeof value === 'object') yield* withoutOne(document, value);
  }
}

describe('findDrift', () => {
  it.each([
    ['a path', clusters, clusters, '/gone', 'the path is gone, or has no GET'],
    ['a GET', schedule, 'get:', 'put:', 'the path is gone, or has no GET'],
    ['that a GET is deprecated', clusters, 'get:', 'get:\n      deprecated: true', 'the GET is deprecated'],
    ['a version', groups, '2023-01-01', '2022-06-01', 'version 2023-01-01 is gone'],
    [
      'a sunset',
      groups,
      'schema:',
      'x-sunset: 2028-01-01, schema:',
      'version 2023-01-01 has the sunset date 2028-01-01',
    ],
    ['a query parameter', groups, 'parameters/pageNum', 'x', 'query parameter pageNum is no longer listed'],
    ['a role', snapshots, role, 'Owner', 'the required role is Owner instead of Project Read Only'],
  ])('reports %s', (_what, path, text, replacement, change) => {
    expect(findDrift(changed(path, text, replacement))).toEqual([`${path}: ${change}`]);
  });

  it.each([
    ['a nested field', 'Region', 'providerName', 'cloud', [`${clusters}: field ${provider} is gone`]],
    ['no further role', snapshots, role, 'Project Owner, "[Project Read Only](link)"', []],
    ['no name of a parameter of a path', snapshots, '{clusterName}', '{name}', []],
    ['no newer version', groups, 'application/', 'application/vnd.atlas.2026-01-01+json: {}, application/', []],
    ['no new path', 'paths', groups, `${clusters}/{name}/backup/tenant/snapshots: {}\n  ${groups}`, []],
    ['no new field', 'Cluster', 'paused', 'effectiveDatabaseEdition: {}\n        paused', []],
  ])('reports %s', (_what, start, text, replacement, changes) => {
    expect(findDrift(changed(start, text, replacement))).toEqual(changes);
  });

  it('reports each path, parameter and field that is missing', () => {
    const document = parse(fixture);
    expect(findDrift(document)).toEqual([]);
    for (const { without, document: less } of withoutOne(document))
      expect([without, findDrift(less)]).not.toEqual([without, []]);
  });

  it.each([null, 1, 'text', [null], { get: { parameters: [null, { $ref: '#/a/b' }], responses: [] } }])(
    'reports a path that is %j',
    (odd) => expect(findDrift({ paths: { ...parse(fixture).paths, [schedule]: odd } })).not.toEqual([]),
  );
});

describe('npm run drift', () => {
  it('exits with 0 without drift, and with 1 after printing the changes or the problem with the file', {
    timeout: 30_000,
  }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'atlas-tenant-snapshots-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const withoutPaths = join(folder, 'document.json');
    await writeFile(withoutPaths, '{ "openapi": "3.0.1", "paths": {} }');
    const run = (...files: string[]) => runProcess(process.execPath, ['test/drift/run.mjs', ...files]);
    expect(await run(file)).toMatchObject({
      exitCode: 0,
      stdout: expect.stringMatching(/^No drift: .+\n$/),
      stderr: '',
    });
    const lines = expect.stringMatching(/^(?:\/api\/\S+: the path is gone, .+\n)+$/);
    expect(await run(withoutPaths)).toMatchObject({ exitCode: 1, stdout: lines, stderr: '' });
    const problem = expect.stringMatching(/^.+\. Run `npm run drift -- FILE` .+\.\n$/);
    for (const files of [[], ['gone.json'], ['tsup.config.ts'], ['package.json']])
      expect(await run(...files)).toMatchObject({ exitCode: 1, stdout: '', stderr: problem });
  });
});
