const placeholder = '[masked]';
const maxDepth = 16;
// A shorter secret could be an ordinary word of the text.
const minSecretLength = 6;

/** Replaces secrets in text and in JSON values before they become part of an error. */
export class Mask {
  readonly #pattern: RegExp | undefined;
  /** The most characters that a secret may take up in a text. */
  readonly #maxLength: number;

  constructor(secrets: readonly string[]) {
    // The longest first, because one secret may be part of another.
    const sorted = secrets.filter(({ length }) => length >= minSecretLength).sort((a, b) => b.length - a.length);
    const spellings = sorted.map((secret) => Array.from(secret, spellingsOf));
    const sources = spellings.map((characters) => characters.map(toSource).join(''));
    this.#pattern = sources.length === 0 ? undefined : new RegExp(sources.join('|'), 'gu');
    this.#maxLength = Math.max(0, ...spellings.map((characters) => characters.flat().join('').length));
  }

  text(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, placeholder);
  }

  /** Masks a truncated text, and drops its end, where a secret may have been cut in two. */
  truncatedText(text: string): string {
    const masked = this.text(text);
    return masked.slice(0, Math.max(0, masked.length - this.#maxLength));
  }

  /** Copies a parsed JSON value without its secrets. Keeps dates. Drops what is nested more than 16 levels deep. */
  json(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (depth === maxDepth) return undefined;
    if (Array.isArray(value)) return value.map((item) => this.json(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item, depth + 1)]));
  }
}

/** The spellings of a character: as it is, in a JSON string, and in a URL or form. */
function spellingsOf(character: string): string[] {
  // Nothing escapes these, and most tokens have no others. Alternatives for them would make the pattern slow.
  if (/[\w.-]/.test(character)) return [character];
  const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
  const unicode = units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  const octets = [...Buffer.from(character)].map((octet) => `%${octet.toString(16).padStart(2, '0')}`).join('');
  return [character, unicode, octets, `\\${character}`, ...(character === ' ' ? ['+'] : [])];
}

function toSource(spellings: string[]): string {
  const [first = '', ...others] = spellings.map(escapeRegExp);
  // Escapes are written in upper and in lower case.
  const anyCase = others.map((text) => text.replace(/[a-f]/g, (letter) => `[${letter}${letter.toUpperCase()}]`));
  return others.length === 0 ? first : `(?:${[...anyCase, first].join('|')})`;
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
}
