import { readdirSync, readFileSync } from 'node:fs';
import { type CodeBlock, codeBlocks } from './markdown.js';

const root = new URL('../../../', import.meta.url);

/** A block of code in a document. */
export interface DocumentedCode extends CodeBlock {
  /** The path of the document. */
  readonly document: string;
  /** A name for the block as a TypeScript file of its own. */
  readonly file: string;
}

/** Every document for users and contributors, by its path. */
export const documents: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'test/bench/README.md'],
  ...readdirSync(new URL('docs/', root)).map((name) => `docs/${name}`),
];

/** Reads a file of the project. */
export function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The TypeScript in all documents. */
export function documentedCode(): DocumentedCode[] {
  return documents.flatMap((document) =>
    codeBlocks(read(document))
      .filter(({ language }) => language === 'ts')
      .map((block) => ({ ...block, document, file: `${document.replace(/\W/g, '-')}-${block.line}.ts` })),
  );
}
