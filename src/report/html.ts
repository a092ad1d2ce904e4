import { printable } from './printable.js';

/** HTML, in which every text is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}

type Value = Html | string | number | false | undefined | readonly Value[];

/** Builds HTML from a template. Values that are not HTML themselves are text, in an element or in a quoted attribute. */
export function html(template: TemplateStringsArray, ...values: readonly Value[]): Html {
  return new Html(template.map((part, index) => part + toText(values[index])).join(''));
}

function toText(value: Value): string {
  if (value instanceof Html) return value.text;
  if (value === undefined || value === false) return '';
  return typeof value === 'object' ? value.map(toText).join('') : escapeText(String(value));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escapeText(text: string): string {
  return printable(text).replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A name that somebody chose, whose direction does not change that of what is around it. */
export const name = (text: string): Html => html`<bdi>${text}</bdi>`;

/** A label in a frame. */
export const chip = ({ label, color }: { readonly label: string; readonly color: string }): Html =>
  html`<span class="chip ${color}">${label}</span>`;

export const maxListed = 500;

/** At most 500 of a kind, and then how many more. */
export function limit(items: readonly Value[]): Value[] {
  const more = items.length - maxListed;
  return more > 0 ? [...items.slice(0, maxListed), `and ${more} more`] : [...items];
}

/** Prints a list, of at most 500 of a kind. */
export const printList = (items: readonly Value[]): Html => html`${limit(items).map((item) => html`<li>${item}</li>`)}`;

/** What is under each title. */
export type Lines = Readonly<Record<string, readonly Value[]>>;

/**
 * Prints the lines that have something under their title.
 *
 * @param id - of the element: a link to it opens the row that it is in.
 */
export function printLines(
  lines: Lines,
  { className = 'lines', id }: { className?: string; id?: string | undefined } = {},
): Html {
  const some = Object.entries(lines).filter(([, values]) => values.length > 0);
  const printed = some.map(
    // HTML needs no end tags here. In 3,000 rows, that saves 0.3 MB.
    ([title, values]) => html`<div><dt>${title}${values.map((value) => html`<dd>${value}`)}</div>`,
  );
  return html`<dl class="${className}"${id !== undefined && html` id="${id}"`}>${printed}</dl>`;
}

/** Prints a table. The first cell of each row names it. On a narrow screen, each other cell has its head before it. */
export function printTable(heads: readonly string[], rows: readonly (readonly Value[])[]): Html {
  const toRow = ([first, ...cells]: readonly Value[]) =>
    html`<tr><th scope="row">${first}</th>${cells.map((cell, index) => html`<td data-head="${heads[index + 1]}">${cell}</td>`)}</tr>`;
  const columns = heads.map((head) => html`<th scope="col">${head}</th>`);
  return html`<table><thead><tr>${columns}</tr></thead><tbody>${rows.map(toRow)}</tbody></table>`;
}
