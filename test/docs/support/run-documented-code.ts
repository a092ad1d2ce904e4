import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { vi } from 'vitest';
import { command, type Outcome } from '../../support/command.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';

// In the project, so that the package's name leads to its own build.
const reports = fileURLToPath(new URL('../../../reports/', import.meta.url));

// What the text around a block has introduced.
const beginning = `
import { TenantSnapshotsClient as Client } from 'atlas-tenant-snapshots';
import { startAtlasEmulator as start } from 'atlas-tenant-snapshots/testing';
`;

/**
 * Runs a block of code as printed, with the emulator's address and service account in its environment: in a process of its
 * own, unless it needs Vitest.
 */
export async function runDocumentedCode(code: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const env = { ...environmentOf(await openEmulator()), ...environment };
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(`${reports}documented-code-`);
  try {
    const path = `${folder}/code.mjs`;
    writeFileSync(path, toProgram(code));
    return await (code.includes("from 'vitest'")
      ? runInThisTest(path, env)
      : command(process.execPath, [path], { env }));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function runInThisTest(path: string, env: Record<string, string>): Promise<Outcome> {
  for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
  const log = vi.spyOn(console, 'log').mockReturnValue();
  await import(path);
  const output = log.mock.calls.map((values) => `${values.join(' ')}\n`).join('');
  return { code: 0, stdout: output, stderr: '', output };
}

function toProgram(code: string): string {
  const isMissing = (name: string) =>
    new RegExp(`\\b${name}\\b`).test(code) && !new RegExp(`const ${name}\\b`).test(code);
  const [needsClient, needsAtlas] = [isMissing('client'), isMissing('atlas')];
  const parts = [
    beginning,
    needsClient && 'const client = new Client();',
    needsAtlas && 'const atlas = await start();',
    isMissing('groupId') && "const groupId = '32b6e34b3d91647abb20e7b8';",
    isMissing('clusterName') && "const clusterName = 'Cluster0';",
    isMissing('snapshotId') && "const snapshotId = '5cc310ace5dc7ce369814bcb';",
    code,
    needsClient && 'await client.close();',
    needsAtlas && 'await atlas.close();',
  ];
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  return ts.transpileModule(parts.filter(Boolean).join('\n'), { compilerOptions: options }).outputText;
}
