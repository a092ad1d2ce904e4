/** A fenced code block. */
export interface CodeBlock {
  readonly language: string;
  /** The number of its first line, from 1. */
  readonly line: number;
  readonly code: string;
}

/** The cells of a table row by column name. */
export type TableRow = Readonly<Record<string, string>>;

export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: code = '', index }) => ({
    language,
    code,
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

/** The tables between a heading and the next one. */
export function tablesUnder(text: string, heading: string): TableRow[][] {
  const section = text.split(/^#+ /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  return [...section.matchAll(/(?:^\|.*\n)+/gm)].map(([table]) => readTable(table));
}

function readTable(table: string): TableRow[] {
  const [header = [], _rule, ...rows] = table.trimEnd().split('\n').map(readCells);
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
