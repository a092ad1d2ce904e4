/** A fenced block of code. */
export interface CodeBlock {
  readonly language: string;
  /** Of its first line, from 1. */
  readonly line: number;
  readonly code: string;
}

/** A row of a table: its cells by the names of their columns. */
export type TableRow = Readonly<Record<string, string>>;

export function codeBlocks(text: string): CodeBlock[] {
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)].map(({ 1: language = '', 2: code = '', index }) => ({
    language,
    code,
    line: text.slice(0, index).split('\n').length + 1,
  }));
}

/** The tables under a heading, before the next one. */
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

/** What stands in backquotes. */
export function codeIn(text: string | undefined): string[] {
  return [...(text ?? '').matchAll(/`([^`]+)`/g)].map(([, code = '']) => code);
}

/** Where links lead. */
export function linksIn(text: string): string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

/** The anchors of a text's headings, as GitHub makes them. */
export function anchorsIn(text: string): string[] {
  return [...text.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w -]/g, '')
      .replaceAll(' ', '-'),
  );
}
