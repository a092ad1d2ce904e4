const masked = '[masked]';
const deepest = 16;
// A shorter secret could be an ordinary word of the text.
const shortestSecret = 6;

/** Replaces secrets in text and in JSON values before they become part of an error. */
export class Mask {
  readonly #pattern: RegExp | undefined;
  readonly #longest: number;

  constructor(secrets: readonly string[]) {
    const spellings = secrets.filter((secret) => secret.length >= shortestSecret).flatMap(spellingsOf);
    // The longest first, because one secret may be part of another.
    spellings.sort((a, b) => b.length - a.length);
    this.#pattern = spellings.length === 0 ? undefined : new RegExp(spellings.map(escapeRegExp).join('|'), 'g');
    this.#longest = spellings[0]?.length ?? 0;
  }

  text(text: string): string {
    return this.#pattern === undefined ? text : text.replace(this.#pattern, masked);
  }

  /** Masks a truncated text, and drops its end, where a secret may have been cut in two. */
  cutText(text: string): string {
    return this.text(text).slice(0, -this.#longest || undefined);
  }

  /** Copies a JSON value without its secrets. Drops what is nested more than 16 levels deep. */
  json(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.text(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth === deepest) return undefined;
    if (Array.isArray(value)) return value.map((item) => this.json(item, depth + 1));
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [this.text(key), this.json(item, depth + 1)]));
  }
}

/** A secret as it is, in a JSON string, and in a URL or form. */
function spellingsOf(secret: string): string[] {
  const json = JSON.stringify(secret).slice(1, -1);
  const asciiJson = json.replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
  const url = encodeURIComponent(secret);
  const form = new URLSearchParams({ secret }).toString().slice('secret='.length);
  const lowerCase = [url, form].map((text) => text.replace(/%../g, (octet) => octet.toLowerCase()));
  return [...new Set([secret, json, json.replaceAll('/', '\\/'), asciiJson, url, form, ...lowerCase])];
}

function escapeRegExp(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}
