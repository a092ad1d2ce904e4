const placeholder = '[masked]';
// A shorter secret could be an ordinary word of the text.
const minSecretLength = 6;

// Control and format characters, except tabs and line breaks. A server could hide a secret with them, and a terminal or a log
// that leaves them out would show it again.
const invisible = /[^\P{C}\t\n\r]/gu;

/** The most that is kept: characters of a text, bytes of a body. */
const maxSize = 16_384;

/**
 * Replaces secrets in texts, and removes control and format characters. Cuts a long text before masking, which limits the time
 * that masking takes. Drops its end after masking, because the cut may have left part of a secret there.
 */
export class Mask {
  /** The longest first, because one may be part of another. */
  readonly #spellings: readonly string[];
  /**
   * How much is read beyond the limit, and dropped after masking if the text was cut. The dropped end may hold part of a secret.
   * Twice the longest secret, because masking a shorter secret inside that part can make the part longer.
   */
  readonly #margin: number;

  constructor(secrets: readonly string[]) {
    this.#spellings = [...new Set(secrets.flatMap(spellingsOf))].sort((a, b) => b.length - a.length);
    this.#margin = 2 * (this.#spellings[0]?.length ?? 0);
  }

  /** Masks a text, and cuts it to a number of characters. Default: 16,384. */
  text(text: string, maxLength: number = maxSize): string {
    const start = text.slice(0, maxLength + this.#margin);
    return this.#mask(start, start.length < text.length).slice(0, maxLength);
  }

  /**
   * Decodes and masks the body of an error, and cuts it to 16 KiB.
   *
   * @param isTruncated - whether the body has already lost its end.
   */
  body(bytes: Buffer, isTruncated: boolean): string {
    const start = bytes.subarray(0, maxSize + this.#margin);
    const masked = this.#mask(decodeStart(start), isTruncated || start.length < bytes.length);
    return decodeStart(Buffer.from(masked).subarray(0, maxSize));
  }

  /** Masks the names and the values of headers. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [this.text(name), this.text(value)]));
  }

  /** Copies the name, the code and the message of an error. The rest may hold a request, or a response that echoes it. */
  error({ name, message, code }: Error & { code?: string }): Error & { code?: string } {
    const copy = Object.assign(new Error(this.text(message)), { name: this.text(name) });
    return code === undefined ? copy : Object.assign(copy, { code: this.text(code) });
  }

  #mask(text: string, isCut: boolean): string {
    const visible = text.replace(invisible, '');
    const masked = this.#spellings.reduce((rest, spelling) => rest.replaceAll(spelling, placeholder), visible);
    return isCut ? masked.slice(0, Math.max(0, masked.length - this.#margin)) : masked;
  }
}

/** Decodes bytes, without a byte order mark. `stream` drops an incomplete character at the end. */
function decodeStart(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

/** A secret as it is, as JSON escapes it, and as a URL or form has it. */
function spellingsOf(secret: string): string[] {
  const visible = secret.replace(invisible, '');
  if (visible.length < minSecretLength) return [];
  return [visible, JSON.stringify(visible).slice(1, -1), encodeURIComponent(secret)];
}
