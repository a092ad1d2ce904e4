const placeholder = '[masked]';
// A shorter secret could be an ordinary word of the text.
const minSecretLength = 6;

// Control and format characters, except tabs and line breaks. A server could hide a secret with them, and a terminal or a log
// that leaves them out would show it again.
const invisible = /[^\P{C}\t\n\r]/gu;

/** Characters of a text, bytes of a body. */
const maxSize = 16_384;

/** Replaces secrets in texts, and removes control and format characters. */
export class Mask {
  /** The longest first, because one may be part of another. */
  readonly #spellings: readonly string[];

  constructor(secrets: readonly string[]) {
    this.#spellings = [...new Set(secrets.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
  }

  /** Masks a text, and cuts it to a number of characters. Default: 16,384. */
  text(text: string, maxLength: number = maxSize): string {
    const visible = text.replace(invisible, '');
    const masked = this.#spellings.reduce((rest, spelling) => rest.replaceAll(spelling, placeholder), visible);
    return masked.slice(0, maxLength);
  }

  /**
   * Masks the body of an error, and cuts it to 16 KiB.
   *
   * @param isTruncated - whether the body has already lost its end.
   */
  body(body: string, isTruncated: boolean): string {
    const masked = this.text(body, body.length * placeholder.length);
    // A secret that was cut is not recognized. A shorter secret in it may have been replaced by something longer, so twice the
    // longest secret is dropped.
    const [longest = ''] = this.#spellings;
    const safe = isTruncated ? masked.slice(0, Math.max(0, masked.length - 2 * longest.length)) : masked;
    // Decoding as a stream leaves out a character that the cut splits.
    return new TextDecoder().decode(Buffer.from(safe).subarray(0, maxSize), { stream: true });
  }
}

/** A secret as it is, as JSON escapes it, and as a URL or form has it. */
function spellingsOf(secret: string): string[] {
  const visible = secret.replace(invisible, '');
  if (visible.length < minSecretLength) return [];
  return [visible, JSON.stringify(visible).slice(1, -1), encodeURIComponent(secret)];
}
