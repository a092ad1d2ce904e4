const masked = '[masked]';
const deepest = 16;
// A chain of causes may be of any length.
const deepestCause = 8;
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

  /** Masks a text whose end is missing. Drops as much of it as half a secret could fill. */
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

/**
 * Copies an error without its secrets. undici's errors may hold the response, which could echo the request.
 *
 * @param outer - the errors that hold this one. Errors may form a circle, which the copy leaves out.
 */
export function maskedCopy(error: Error, mask: Mask, outer: readonly Error[] = []): Error {
  const copy = new Error(mask.text(String(error.message)));
  copy.name = String(error.name);
  copy.stack = mask.text(String(error.stack));
  if ('code' in error)
    Object.assign(copy, { code: typeof error.code === 'string' ? mask.text(error.code) : error.code });
  if (outer.length === deepestCause) return copy;
  const holders = [...outer, error];
  const copyAll = (inner: unknown[]) =>
    inner.filter(isErrorLike).flatMap((each) => (holders.includes(each) ? [] : maskedCopy(each, mask, holders)));
  const [cause] = copyAll([error.cause]);
  if (cause !== undefined) copy.cause = cause;
  if ('errors' in error && Array.isArray(error.errors)) Object.assign(copy, { errors: copyAll(error.errors) });
  return copy;
}

// Not instanceof: the error may come from another realm.
function isErrorLike(value: unknown): value is Error {
  return typeof value === 'object' && value !== null && 'message' in value && 'name' in value;
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
