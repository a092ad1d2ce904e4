const placeholder = '[masked]';
// A shorter secret could be an ordinary word of the text.
const minSecretLength = 6;
// Escaping leaves letters and digits as they are, so a run of them shows a part of a secret however it is escaped.
const longRun = /[A-Za-z0-9]{16,}/g;

// Control and format characters, except tabs and line breaks. A server could hide a secret with them, and a terminal or a log
// that leaves them out would show it again.
const invisible = /[^\P{C}\t\n\r]/gu;

const maxTextLength = 16_384;

const jsonEscape = /\\(?:u[0-9A-Fa-f]{4}|["\\/bfnrtu])/g;
const maxEscapeLength = 6;

/**
 * Replaces secrets in texts, and removes control and format characters. Cuts a text first, so that the cost does not depend on its
 * size.
 */
export class Mask {
  /** The longest first, because one may be part of another. */
  readonly #spellings: readonly string[];
  /** How many characters at the end of a masked text may come from a secret that a cut has split. */
  readonly #unsafeLength: number;

  constructor(secrets: readonly string[]) {
    this.#spellings = [...new Set(secrets.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
    const [longest = ''] = this.#spellings;
    // Another secret may be part of the split one, and the placeholder may be longer than it was.
    this.#unsafeLength = Math.ceil(((longest.length + maxEscapeLength) * placeholder.length) / minSecretLength);
  }

  /**
   * Masks a text.
   *
   * @param maxLength - the most characters of the result.
   * @param isTruncated - whether the text has already lost its end.
   */
  text(text: string, maxLength: number = maxTextLength, isTruncated = false): string {
    const start = text.slice(0, maxLength + this.#unsafeLength);
    const visible = start.replace(invisible, '');
    const masked = this.#spellings.reduce((rest, spelling) => rest.replaceAll(spelling, placeholder), visible);
    const isCut = isTruncated || start.length < text.length;
    const safeLength = isCut ? masked.length - this.#unsafeLength : masked.length;
    const safe = masked.slice(0, Math.max(0, Math.min(maxLength, safeLength)));
    // A copy: a slice would keep the whole text in memory as long as its error.
    return Buffer.from(safe, 'utf16le').toString('utf16le');
  }

  /**
   * Masks the body of an error, which may be JSON. JSON stays valid, unless the body is longer than 16 KiB and cut.
   *
   * @param isTruncated - whether the body has already lost its end.
   */
  body(body: string, isTruncated = false): string {
    const start = body.slice(0, maxTextLength + this.#unsafeLength);
    // Invisible characters go first, because one could split an escape.
    const unescaped = undoEscapes(start.replace(invisible, ''));
    const masked = this.text(unescaped, maxTextLength, isTruncated || start.length < body.length);
    // Decoding as a stream leaves out a character that the cut splits.
    return new TextDecoder().decode(Buffer.from(masked).subarray(0, maxTextLength), { stream: true });
  }
}

/** A secret as it is, as JSON escapes it, as a URL or form has it, and its long runs of letters and digits. */
function spellingsOf(secret: string): string[] {
  const visible = secret.replace(invisible, '');
  if (visible.length < minSecretLength) return [];
  return [visible, escapeJson(visible), encodeURIComponent(secret), ...(visible.match(longRun) ?? [])];
}

function escapeJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

/** Undoes the escapes of JSON, except those that it needs. Parsing would undo them, and show a secret again. */
function undoEscapes(json: string): string {
  return json.replace(jsonEscape, (escaped) => {
    // Incomplete. It could become complete once what follows it is removed.
    if (escaped === '\\u') return '\\\\u';
    const character: string = JSON.parse(`"${escaped}"`);
    return /["\\\t\n\r]/.test(character) ? escapeJson(character) : character;
  });
}
