/**
 * A scheme, with its token68 if it has one; or an auth-param; or anything else. The name of an auth-param is lowercase. Its
 * value is unescaped and without control characters, and absent if it is malformed.
 */
type AuthElement =
  | { readonly kind: 'scheme'; readonly scheme: string; readonly token68: string | undefined }
  | { readonly kind: 'parameter'; readonly name: string; readonly value: string | undefined }
  | { readonly kind: 'malformed' };

// Each matches a run of one class of characters (token68Run: of two disjoint classes), so none of them backtracks.
const separatorRun = /[\t ,]+/y;
const whitespaceRun = /[\t ]+/y;
const tokenRun = /[!#$%&'*+\-.^_`|~0-9A-Za-z]+/y;
const token68Run = /[-._~+/0-9A-Za-z]+=*/y;

const notQuotable = /[^\t -~\x80-\uffff]/;
const quotedPair = /\\(.)/gs;

/**
 * Reads the list elements of a challenge or of `Authentication-Info` in one pass, whatever the text is. White space alone
 * counts as a comma. A malformed element ends at the next comma outside quotes.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-11
 */
export class AuthScanner {
  readonly #text: string;
  #position = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** Returns the next element, or `undefined` at the end. */
  next(): AuthElement | undefined {
    this.#take(separatorRun);
    if (this.#position >= this.#text.length) return undefined;
    const name = this.#take(tokenRun);
    if (name === '') return this.#malformed();
    const space = this.#take(whitespaceRun);
    if (this.#peek() === '=') return this.#parameter(name);
    if (space !== '') return { kind: 'scheme', scheme: name, token68: this.#token68() };
    return this.#isElementOver() ? { kind: 'scheme', scheme: name, token68: undefined } : this.#malformed();
  }

  #parameter(name: string): AuthElement {
    this.#position += 1;
    this.#take(whitespaceRun);
    const value = this.#peek() === '"' ? this.#quotedString() : this.#take(tokenRun) || undefined;
    const isWhole = this.#take(whitespaceRun) !== '' || this.#isElementOver();
    if (!isWhole) this.#malformed();
    return { kind: 'parameter', name: name.toLowerCase(), value: isWhole ? value : undefined };
  }

  #token68(): string | undefined {
    const start = this.#position;
    const token68 = this.#take(token68Run);
    this.#take(whitespaceRun);
    if (this.#isElementOver()) return token68 || undefined;
    this.#position = start;
    return undefined;
  }

  #quotedString(): string | undefined {
    const start = this.#position + 1;
    let end = start;
    while (end < this.#text.length && this.#text[end] !== '"') end += this.#text[end] === '\\' ? 2 : 1;
    this.#position = end + 1;
    const quoted = this.#text.slice(start, end);
    if (end >= this.#text.length || notQuotable.test(quoted)) return undefined;
    return quoted.replace(quotedPair, '$1');
  }

  #malformed(): AuthElement {
    while (!this.#isElementOver()) {
      if (this.#peek() === '"') this.#quotedString();
      else this.#position += 1;
    }
    return { kind: 'malformed' };
  }

  #isElementOver(): boolean {
    return this.#position >= this.#text.length || this.#peek() === ',';
  }

  #peek(): string | undefined {
    return this.#text[this.#position];
  }

  #take(run: RegExp): string {
    run.lastIndex = this.#position;
    const taken = run.exec(this.#text)?.[0] ?? '';
    this.#position += taken.length;
    return taken;
  }
}
