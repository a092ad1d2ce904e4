const masked = '[masked]';
const deepest = 16;

/** Takes secrets out of text and of JSON values, before they go into an error. */
export class Mask {
  readonly #secrets: string[];

  /** @param secrets - each at least one character long. */
  constructor(secrets: Iterable<string>) {
    const forms = new Set<string>();
    for (const secret of secrets) {
      forms.add(secret);
      // As a body may quote it: in a JSON string, in a form or a URL, in HTML.
      forms.add(JSON.stringify(secret).slice(1, -1));
      forms.add(encodeURIComponent(secret));
      forms.add(encodeURIComponent(secret).replace(/%../g, (octet) => octet.toLowerCase()));
      forms.add(
        secret.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'),
      );
    }
    // The longest first: one secret may be part of another.
    this.#secrets = [...forms].sort((a, b) => b.length - a.length);
  }

  text(text: string): string {
    let result = text;
    for (const secret of this.#secrets) result = result.replaceAll(secret, masked);
    return result;
  }

  /** Of a text whose end is missing, where half a secret may stand: all but as much as the longest has. */
  cutText(text: string): string {
    return this.text(text).slice(0, -(this.#secrets[0]?.length ?? 0) || undefined);
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
