import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { codeBlocks } from '../support/markdown.js';

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly 'runs-on'?: string;
  readonly needs?: string;
  readonly uses?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly steps?: readonly Step[];
}

interface Workflow {
  readonly on: Readonly<Record<string, { branches?: string[]; tags?: string[] } | null>>;
  readonly permissions: Readonly<Record<string, string>>;
  readonly jobs: Readonly<Record<string, Job>>;
}

interface Dependabot {
  readonly updates: readonly {
    readonly 'package-ecosystem': string;
    readonly schedule: { readonly interval: string };
    readonly ignore?: readonly { readonly 'dependency-name': string; readonly versions: readonly string[] }[];
  }[];
}

interface IssueForm {
  readonly body: readonly {
    readonly id?: string;
    readonly attributes: { readonly value?: string };
    readonly validations?: { readonly required?: boolean };
  }[];
}

const root = new URL('../../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const readYaml = (path: string): unknown => parse(read(path), { strict: true, uniqueKeys: true });

const files = readdirSync(new URL('.github/', root), { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yml'))
  .map((path) => `.github/${path}`);

const ci = readYaml('.github/workflows/ci.yml') as Workflow;
const release = readYaml('.github/workflows/release.yml') as Workflow;
const commands = (job: Job | undefined) => (job?.steps ?? []).flatMap(({ run }) => run ?? []);

describe('.github', () => {
  it.each(files)('%s is valid YAML', (path) => {
    expect(readYaml(path)).toEqual(expect.any(Object));
  });

  it('contains the workflows, the Dependabot configuration and the bug report form', () => {
    expect(files.sort()).toEqual([
      '.github/ISSUE_TEMPLATE/bug_report.yml',
      '.github/dependabot.yml',
      '.github/workflows/ci.yml',
      '.github/workflows/release.yml',
    ]);
  });
});

describe.each([
  { name: 'ci.yml', workflow: ci },
  { name: 'release.yml', workflow: release },
])('$name', ({ workflow }) => {
  const jobs = Object.values(workflow.jobs);

  it('pins every action to a major version', () => {
    const actions = jobs.flatMap(({ steps = [] }) => steps.flatMap(({ uses }) => uses ?? []));
    expect(actions).not.toEqual([]);
    for (const action of actions) expect(action).toMatch(/^[\w.-]+\/[\w.-]+@v\d+$/);
  });

  it('calls no workflow of another repository', () => {
    for (const { uses } of jobs) if (uses !== undefined) expect(uses).toMatch(/^\.\/\.github\/workflows\//);
  });

  it('can only read the repository by default', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
  });

  it('needs no stored secret', () => {
    expect(JSON.stringify(workflow)).not.toMatch(/secrets\.|_TOKEN/i);
  });
});

describe('the CI workflow', () => {
  it('runs .ci/run on Ubuntu', () => {
    expect(ci.jobs['checks']?.['runs-on']).toMatch(/^ubuntu-/);
    expect(commands(ci.jobs['checks'])).toEqual(['.ci/run']);
  });

  it('runs on every push to a branch and on every pull request', () => {
    expect(ci.on).toMatchObject({ push: { branches: ['**'] }, pull_request: null });
  });

  it('grants no job more permissions', () => {
    for (const { permissions } of Object.values(ci.jobs)) expect(permissions).toBeUndefined();
  });
});

describe('.ci/run', () => {
  it('runs the test command of the README', () => {
    const shell = codeBlocks(read('README.md')).filter(({ language }) => language === 'sh');
    const [command] = shell.map(({ code }) => code.trim()).filter((code) => code.includes('npm test'));
    expect(command).toBe('npm ci && npm test');
    expect(read('.ci/run').split('\n')).toContain(`  ${command}`);
  });
});

describe('the release workflow', () => {
  const { version, checks, publish } = release.jobs;

  it('runs for version tags only', () => {
    expect(release.on).toEqual({ push: { tags: ['v*'] } });
  });

  it('compares the tag with package.json before it runs the checks', () => {
    expect(commands(version).join()).toMatch(/GITHUB_REF_NAME.*package\.json|package\.json.*GITHUB_REF_NAME/s);
    expect(checks?.needs).toBe('version');
  });

  it('runs the checks of the CI workflow before it publishes', () => {
    expect(checks?.uses).toBe('./.github/workflows/ci.yml');
    expect(ci.on).toHaveProperty('workflow_call');
    expect(publish?.needs).toBe('checks');
  });

  it('publishes with provenance', () => {
    expect(commands(publish).at(-1)).toMatch(/^npm publish --provenance\b/);
  });

  it('lets only the job that publishes request an OIDC token', () => {
    const allowed = Object.entries(release.jobs).filter(([, job]) => job.permissions?.['id-token'] === 'write');
    expect(allowed.map(([name]) => name)).toEqual(['publish']);
    expect(publish?.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
  });

  it('publishes on a Node whose npm supports trusted publishing', () => {
    const setup = publish?.steps?.find(({ uses }) => uses?.startsWith('actions/setup-node@'));
    expect(setup?.with?.['node-version']).toBeGreaterThanOrEqual(24);
  });
});

describe('Dependabot', () => {
  const { updates } = readYaml('.github/dependabot.yml') as Dependabot;

  it('updates npm packages and actions every week', () => {
    const intervals = updates.map((update) => [update['package-ecosystem'], update.schedule.interval]);
    expect(intervals).toEqual([
      ['npm', 'weekly'],
      ['github-actions', 'weekly'],
    ]);
  });

  it('ignores only packages that package.json names, from a later major on', () => {
    const { dependencies, devDependencies } = JSON.parse(read('package.json'));
    const ranges = Object.entries<string>({ ...dependencies, ...devDependencies });
    for (const { 'dependency-name': pattern, versions } of updates.flatMap(({ ignore = [] }) => ignore)) {
      const matches = ranges.filter(([name]) =>
        pattern.endsWith('*') ? name.startsWith(pattern.slice(0, -1)) : name === pattern,
      );
      expect(matches, pattern).not.toEqual([]);
      for (const [, range] of matches) {
        const major = Number(/\d+/.exec(range)?.[0]);
        expect([pattern, versions]).toEqual([pattern, [`>=${major + 1}`]]);
      }
    }
  });
});

describe('the bug report form', () => {
  const { body } = readYaml('.github/ISSUE_TEMPLATE/bug_report.yml') as IssueForm;

  it('asks for the fields of the error, the versions, the expected behavior and a reproduction', () => {
    expect(body.flatMap(({ id }) => id ?? []).sort()).toEqual(
      [
        ...['actual', 'expected', 'reproduction'],
        ...['code', 'status', 'errorCode'],
        ...['package-version', 'node-version', 'os'],
        'no-secrets',
      ].sort(),
    );
  });

  it('does not require the fields of an error, because not every bug throws one', () => {
    const optional = body.filter(({ id, validations }) => id !== undefined && validations?.required !== true);
    expect(optional.map(({ id }) => id)).toEqual(['code', 'status', 'errorCode', 'no-secrets']);
  });

  it('starts with a warning against pasting secrets', () => {
    const [warning = ''] = body.map(({ attributes }) => attributes.value);
    for (const secret of ['keys', 'tokens', '`Authorization` headers']) expect(warning).toContain(secret);
  });
});

describe('.editorconfig', () => {
  it("has the formatter's settings of biome.json", () => {
    const everyFile = /^\[\*\]\n((?:.+\n)+)/m.exec(read('.editorconfig'))?.[1] ?? '';
    const settings = Object.fromEntries(
      everyFile
        .trim()
        .split('\n')
        .map((line) => line.split(' = ')),
    );
    const { indentStyle, indentWidth, lineWidth } = JSON.parse(read('biome.json')).formatter;
    expect(settings).toMatchObject({
      indent_style: indentStyle,
      indent_size: String(indentWidth),
      max_line_length: String(lineWidth),
      // Biome's defaults.
      end_of_line: 'lf',
      insert_final_newline: 'true',
    });
  });
});
