const masked = '[masked]';
const deepest = 16;
const entities = new Map([
  ['&', '&amp;'],
  ['"', '&quot;'],
  ["'", '&apos;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
]);

/** Takes secrets out of text and of JSON values, before they go into an error. */
export class Mask {
  readonly #pattern: RegExp | undefined;
  /** Letters of the longest secret, as long as it can be written. */
  readonly #longest: number;

  /** @param secrets - each at least one character long. */
  constructor(secrets: readonly string[]) {
    // The longest first: one secret may be part of another.
    const sorted = [...secrets].sort((a, b) => b.length - a.length).map((secret) => [...secret].map(writings));
    const sources = sorted.map((secret) => secret.map(anyOf).join(''));
    this.#pattern = sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'gu');
    this.#longest = Math.max(0, ...sorted.map(longestLength));
  }

  text(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, masked);
  }

  /** Of a text whose end is missing, where half a secret may stand: all but as much as the longest has. */
  cutText(text: string): string {
    return this.text(text).slice(0, -this.#longest || undefined);
  }

  /** A copy of a JSON value without secrets; what is nested deeper than 16 levels is left out. */
  json(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === deepest) return undefined;
    if (Array.isArray(value)) return value.map((item) => this.json(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item, depth + 1)]));
  }
}

/** How a body may write a character: in a JSON string, in a URL or a form, in HTML, and as it is. */
function writings(character: string): string[] {
  // Characters that nothing escapes, all that a usual token has: a pattern of a thousand choices would take a millisecond.
  if (/[\w.~-]/.test(character)) return [character];
  const code = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  // Each once, or a search for what is only the beginning of a secret would try all combinations.
  const forms = [
    units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join(''),
    `\\${character}`,
    encodeURIComponent(character),
    `&#${code};`,
    `&#0${code};`,
    `&#x${code.toString(16)};`,
    entities.get(character) ?? character,
    character,
  ];
  return [...new Set(forms)];
}

/** The source of a pattern for any of the texts. Escapes are written in upper case and in lower case. */
function anyOf(texts: string[]): string {
  const [first = '', ...others] = texts;
  if (others.length === 0) return first.replace('.', '\\.');
  return `(?:${texts.map((text) => text.replace(/[^0-9]/gu, inAnyCase)).join('|')})`;
}

function inAnyCase(character: string): string {
  const literal = (text: string) => `\\u{${text.codePointAt(0)?.toString(16)}}`;
  return `[${[character, character.toLowerCase(), character.toUpperCase()].map(literal).join('')}]`;
}

function longestLength(secret: string[][]): number {
  return secret.reduce((sum, texts) => sum + Math.max(...texts.map(({ length }) => length)), 0);
}
