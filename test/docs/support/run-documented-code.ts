import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { command, type Outcome } from '../../support/command.js';
import { environmentOf, openEmulator } from '../../support/open-emulator.js';

// In the project, so that the package's name leads to its own build.
const reports = fileURLToPath(new URL('../../../reports/', import.meta.url));

// What the text around a block has introduced.
const beginning = `
import { TenantSnapshotsClient as Client } from 'atlas-tenant-snapshots';
import { startAtlasEmulator as start } from 'atlas-tenant-snapshots/testing';
`;

/** Runs a block of code as printed, in a process of its own, with the emulator's address and service account in its environment. */
export async function runDocumentedCode(code: string, environment: Record<string, string> = {}): Promise<Outcome> {
  const emulator = await openEmulator();
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(`${reports}documented-code-`);
  try {
    writeFileSync(`${folder}/code.mjs`, toProgram(code));
    const env = { ...environmentOf(emulator), ...environment };
    return await command(process.execPath, [`${folder}/code.mjs`], { env });
  } finally {
    rmSync(folder, { recursive: true });
  }
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
