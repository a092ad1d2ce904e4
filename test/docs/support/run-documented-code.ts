import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';
import { startAtlasEmulator } from '../../../src/testing/index.js';

// In the project, so that the package's name leads to its own build.
const reports = fileURLToPath(new URL('../../../reports/', import.meta.url));

// What the text around a block has introduced.
const beginning = `
import { TenantSnapshotsClient as Client } from 'atlas-tenant-snapshots';
import { startAtlasEmulator as start } from 'atlas-tenant-snapshots/testing';
`;

/** Runs a block of code as printed, in a process of its own, with the emulator's address and API key in its environment. */
export async function runDocumentedCode(
  code: string,
  environment: Record<string, string> = {},
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  const emulator = await startAtlasEmulator();
  mkdirSync(reports, { recursive: true });
  const folder = mkdtempSync(`${reports}documented-code-`);
  try {
    writeFileSync(`${folder}/code.mjs`, toProgram(code));
    const { publicKey, privateKey } = emulator.credentials.apiKey;
    return await runNode(`${folder}/code.mjs`, {
      MONGODB_ATLAS_BASE_URL: emulator.url,
      MONGODB_ATLAS_PUBLIC_KEY: publicKey,
      MONGODB_ATLAS_PRIVATE_KEY: privateKey,
      ...environment,
    });
  } finally {
    rmSync(folder, { recursive: true });
    await emulator.close();
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

function runNode(path: string, env: Record<string, string>) {
  return new Promise<{ exitCode: number; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [path], { env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ exitCode: error === null ? 0 : Number(error.code ?? 1), stdout, stderr });
    });
  });
}
