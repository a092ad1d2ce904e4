import { readdirSync, readFileSync } from 'node:fs';

const root = new URL('../../../', import.meta.url);

/** A fenced code block. */
export interface CodeBlock {
  /** The path of its document. */
  readonly document: string;
  /** The number of its first line, from 1. */
  readonly line: number;
  readonly language: string;
  readonly code: string;
}

/** The cells of a table row by column name. */
export type TableRow = Readonly<Record<string, string>>;

/** Every document for users and contributors, by its path. */
export const documents: readonly string[] = [
  ...['README.md', 'CONTRIBUTING.md', 'CHANGELOG.md', 'SECURITY.md', 'test/bench/README.md', 'test/mutation/README.md'],
  ...readdirSync(new URL('docs/', root), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** Reads a file of the project. */
export function read(path: string): string {
  return readFileSync(new URL(path, root), 'utf8');
}

/** The code blocks in a language. Those in a list are not indented. */
export function codeBlocks(document: string, language: string): CodeBlock[] {
  return codeBlocksIn(read(document), document).filter((block) => block.language === language);
}

/** The code blocks under a heading. */
export function codeBlocksUnder(document: string, heading: string): CodeBlock[] {
  return codeBlocksIn(sectionUnder(document, heading), document);
}

function codeBlocksIn(text: string, document: string): CodeBlock[] {
  const blocks = [...text.matchAll(/^( *)```(\w+)\n(.*?)^ *```$/gms)];
  return blocks.map(({ 1: indent = '', 2: language = '', 3: code = '', index }) => ({
    document,
    language,
    code: code.replaceAll(new RegExp(`^${indent}`, 'gm'), ''),
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

/** The text under a heading, up to the next one. Not of the title: a line that begins with one # may be a comment in code. */
function sectionUnder(document: string, heading: string): string {
  return (
    read(document)
      .split(/^##+ /m)
      .find((part) => part.startsWith(`${heading}\n`)) ?? ''
  );
}

/** The first table under a heading. */
export function tableUnder(document: string, heading: string): TableRow[] {
  const [table = ''] = /(?:^\|.*\n)+/m.exec(sectionUnder(document, heading)) ?? [];
  const [header = [], _rule, ...rows] = table.trimEnd().split('\n').map(readCells);
  if (rows.length === 0) throw new Error(`${document} has no table under ${heading}`);
  return rows.map((cells) => Object.fromEntries(header.map((name, n) => [name, cells[n] ?? ''])));
}

function readCells(line: string): string[] {
  return line
    .slice(1, -1)
    .split('|')
    .map((cell) => cell.trim());
}

/** The code spans of a text. */
export function codeIn(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** The link targets of a text. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors that GitHub generates for the headings of a text. */
export function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
