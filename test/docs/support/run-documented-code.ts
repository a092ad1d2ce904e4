import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { vi } from 'vitest';
import { type Outcome, runProcess } from '../../support/processes.js';

// In the project, so that the package's name leads to its own build.
const reports = fileURLToPath(new URL('../../../reports/', import.meta.url));

// What the text around a block has introduced: as globals, so that the block may have variables of the same names.
const beginning = `{
  const { TenantSnapshotsClient } = await import('atlas-tenant-snapshots');
  const { startAtlasEmulator } = await import('atlas-tenant-snapshots/testing');
  const atlas = await startAtlasEmulator();
  const { groupId, clusterName, snapshotId } = atlas;
  const dedicatedSnapshots = \`/api/atlas/v2/groups/\${groupId}/clusters/\${clusterName}/backup/snapshots\`;
  atlas.respond({ path: \`\${dedicatedSnapshots}/\${snapshotId}\`, body: { status: 'completed' } });
  atlas.seed({ clusterName: 'Production', dedicated: true });
  process.env.MONGODB_ATLAS_BASE_URL = atlas.url;
  process.env.MONGODB_ATLAS_CLIENT_ID = atlas.credentials.serviceAccount.clientId;
  process.env.MONGODB_ATLAS_CLIENT_SECRET = atlas.credentials.serviceAccount.clientSecret;
  Object.assign(globalThis, { atlas, groupId, clusterName, snapshotId, client: new TenantSnapshotsClient() });
}`;

const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };

const end = `
await globalThis.client.close();
await globalThis.atlas.close();`;

/** Runs a block of code as printed: in a process of its own, unless it needs Vitest. */
export function runDocumentedCode(code: string, env?: Record<string, string>): Promise<Outcome> {
  return runFile(ts.transpileModule(beginning + code + end, { compilerOptions }).outputText, env);
}

/** Runs a block of code that is a whole program. */
export function runProgram(code: string): Promise<Outcome> {
  return runFile(code);
}

async function runFile(code: string, env: Record<string, string> = {}): Promise<Outcome> {
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(`${reports}documented-code-`);
  try {
    const path = `${folder}/code.mjs`;
    writeFileSync(path, code);
    return await (code.includes("from 'vitest'") ? runInThisTest(path) : runProcess(process.execPath, [path], { env }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runInThisTest(path: string): Promise<Outcome> {
  const log = vi.spyOn(console, 'log').mockReturnValue();
  await import(path);
  const stdout = log.mock.calls.map((values) => `${values.join(' ')}\n`).join('');
  return { exitCode: 0, signal: null, stdout, stderr: '' };
}
