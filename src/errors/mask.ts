const placeholder = '[masked]';
// A shorter secret could be an ordinary word of the text.
const minSecretLength = 6;

// Control and format characters, except tabs and line breaks. A server could hide a secret with them, and a terminal or a log
// that leaves them out would show it again.
const invisible = /[^\P{C}\t\n\r]/gu;

const maxTextLength = 16_384;

// The limits of the copy of a JSON value.
const maxStringLength = 500;
const maxEntries = 100;
const maxValues = 500;
// The total of all strings and keys, without short ones such as field names.
const maxCharacters = 10_000;
const shortLength = 20;

/**
 * Replaces secrets in texts and JSON values, and removes control and format characters. Cuts texts and values first, so that the
 * cost does not depend on their size.
 */
export class Mask {
  /** The longest first, because one may be part of another. */
  readonly #needles: readonly string[];
  /** How many characters at the end of a masked text may come from a secret that a cut has split. */
  readonly #room: number;

  constructor(secrets: readonly string[]) {
    const visible = secrets.map((secret) => secret.replace(invisible, ''));
    const spellings = visible.filter(({ length }) => length >= minSecretLength).flatMap(spellingsOf);
    this.#needles = [...new Set(spellings)].sort((a, b) => b.length - a.length);
    const [longest = ''] = this.#needles;
    // Another secret may be part of the split one, and the placeholder may be longer than it was.
    this.#room = Math.ceil((longest.length * placeholder.length) / minSecretLength);
  }

  /**
   * Masks a text.
   *
   * @param maxLength - the most characters of the result.
   * @param isTruncated - whether the text has already lost its end.
   */
  text(text: string, maxLength: number = maxTextLength, isTruncated = false): string {
    const start = text.slice(0, maxLength + this.#room);
    const visible = start.replace(invisible, '');
    const masked = this.#needles.reduce((rest, needle) => rest.replaceAll(needle, placeholder), visible);
    const isCut = isTruncated || start.length < text.length;
    const safeLength = isCut ? masked.length - this.#room : masked.length;
    const safe = masked.slice(0, Math.max(0, Math.min(maxLength, safeLength)));
    // A copy: a slice would keep the whole text in memory as long as its error.
    return safe.length < text.length ? Buffer.from(safe, 'utf16le').toString('utf16le') : safe;
  }

  /**
   * Copies a parsed JSON value without its secrets, and small enough for a log: cuts strings to 500 characters, lists and
   * objects to 100 entries, and the whole to 500 values and some 10,000 characters.
   */
  json(value: unknown): unknown {
    let valuesLeft = maxValues;
    let charactersLeft = maxCharacters;
    const copyText = (text: string) => {
      if (text.length > shortLength) {
        if (charactersLeft <= 0) return '';
        // The part to search, which may be longer than the part to copy.
        charactersLeft -= Math.min(text.length, maxStringLength + this.#room);
      }
      return this.text(text, maxStringLength);
    };
    const copy = (value: unknown): unknown => {
      if (valuesLeft === 0) return undefined;
      valuesLeft -= 1;
      if (typeof value === 'string') return copyText(value);
      if (typeof value === 'number' && copyText(String(value)) !== String(value)) return placeholder;
      if (typeof value !== 'object' || value === null) return value;
      if (Array.isArray(value)) return value.slice(0, maxEntries).map(copy);
      const fields = Object.entries(value).slice(0, maxEntries);
      return Object.fromEntries(fields.map(([key, item]) => [copyText(key), copy(item)]));
    };
    return copy(value);
  }
}

/**
 * A secret as it is, as a URL or form has it, as its octets in a header, and its parts that no escaping changes; each also in
 * lowercase.
 */
function spellingsOf(secret: string): string[] {
  const runs = secret.match(/[A-Za-z0-9]+/g) ?? [];
  const parts = runs.filter((run) => run.length >= 16 || (run.length >= 8 && /\d/.test(run)));
  const octets = Buffer.from(secret).toString('latin1');
  const spellings = [secret, encodeURIComponent(secret), octets, ...parts].map((text) => text.replace(invisible, ''));
  return spellings.flatMap((text) => [text, text.toLowerCase()]);
}
