/** An answer before it is put on the wire. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** An object is JSON that honours `pretty` and `envelope`; text is sent as it is, like a gateway's page. */
  readonly content: object | string;
  /** Keeps the answer out of an envelope, as a Digest challenge has to be. */
  readonly bare?: boolean | undefined;
}

/** How a request wants its answer, from its query. */
export interface Presentation {
  readonly pretty: boolean;
  readonly envelope: boolean;
  readonly envelopeKey: 'content' | 'envelope';
}

/** An answer as it goes over the wire. */
export interface WireReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

function wrap(reply: Reply & { content: object }, key: string): object {
  // A list is its own envelope: Atlas puts the status beside its results.
  if ('results' in reply.content) return { ...reply.content, status: reply.status };
  return { status: reply.status, [key]: reply.content };
}

function guessTextType(text: string): string {
  return text.trimStart().startsWith('<') ? 'text/html;charset=utf-8' : 'text/plain;charset=utf-8';
}

export function render(reply: Reply, { pretty, envelope, envelopeKey }: Presentation): WireReply {
  const { status, headers, content } = reply;
  if (typeof content === 'string') {
    const type = content === '' ? undefined : { 'content-type': guessTextType(content) };
    return { status, headers: { ...type, ...headers }, body: content };
  }
  const enveloped = envelope && reply.bare !== true;
  const json = enveloped ? wrap({ ...reply, content }, envelopeKey) : content;
  return {
    status: enveloped ? 200 : status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json, null, pretty ? 2 : undefined),
  };
}
