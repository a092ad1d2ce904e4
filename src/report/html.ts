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

// Control and format characters, such as those that change the direction of what follows, go too: no reader sees them.
function escapeText(text: string): string {
  return text
    .replace(/[\n\r\t\u2028\u2029]+/g, ' ')
    .replace(/\p{C}/gu, '')
    .replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

/** A name that somebody chose, whose direction does not change that of what is around it. */
export const name = (text: string): Html => html`<bdi>${text}</bdi>`;
