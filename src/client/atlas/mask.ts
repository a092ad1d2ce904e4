const placeholder = '[masked]';
// A shorter secret could be an ordinary word of the text.
const minSecretLength = 6;

// Control and format characters, except tabs and line breaks. A server could hide a secret with them, and a terminal or a log
// that leaves them out would show it again.
const invisible = /[^\P{C}\t\n\r]/gu;

/** How much of a text or body is read, so that the time does not depend on its size: characters or bytes. */
const maxRead = 262_144;
/** How much of it is kept. */
const maxKept = 16_384;
const maxCauseLength = 500;

/** Replaces secrets in texts, and removes control and format characters. Masks a text before it cuts it. */
export class Mask {
  /** The longest first, because one may be part of another. */
  readonly #secrets: readonly string[];

  constructor(secrets: readonly string[]) {
    const visible = secrets.map((secret) => secret.replace(invisible, ''));
    this.#secrets = visible.filter(({ length }) => length >= minSecretLength).sort((a, b) => b.length - a.length);
  }

  /** Masks a text, and cuts it to a number of characters. Default: 16,384. */
  text(text: string, maxLength: number = maxKept): string {
    return this.#mask(text.slice(0, maxRead), text.length > maxRead).slice(0, maxLength);
  }

  /**
   * Decodes and masks the body of an error, and cuts it to 16 KiB.
   *
   * @param isTruncated - whether the body has already lost its end.
   */
  body(bytes: Buffer, isTruncated: boolean): string {
    const isCut = isTruncated || bytes.length > maxRead;
    const masked = this.#mask(decodeStart(bytes.subarray(0, maxRead)), isCut);
    return decodeStart(Buffer.from(masked).subarray(0, maxKept));
  }

  /** Masks the names and the values of headers. */
  headers(headers: Readonly<Record<string, string>>): Record<string, string> {
    return Object.fromEntries(Object.entries(headers).map(([name, value]) => [this.text(name), this.text(value)]));
  }

  /** Copies the name, the code and the message of an error. The rest may hold a request, or a response that echoes it. */
  error({ name, message, code }: Error & { code?: string }): Error & { code?: string } {
    // On one line: OpenSSL ends its messages with a line break.
    const copy = new Error(this.text(message, maxCauseLength).replace(/\s+/g, ' ').trim());
    copy.name = this.text(name);
    return code === undefined ? copy : Object.assign(copy, { code: this.text(code) });
  }

  /** @param isCut - whether the end of the text is missing: then the text may end with a part of a secret. */
  #mask(text: string, isCut: boolean): string {
    const visible = text.replace(invisible, '');
    const masked = this.#secrets.reduce((rest, secret) => rest.replaceAll(secret, placeholder), visible);
    const longest = this.#secrets[0]?.length ?? 0;
    // Twice, because a secret that is part of it may have grown by being masked.
    return isCut ? masked.slice(0, Math.max(0, masked.length - 2 * longest)) : masked;
  }
}

/** Decodes bytes, without a byte order mark. `stream` drops an incomplete character at the end. */
function decodeStart(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}
