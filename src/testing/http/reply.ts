import { isOAuth, type ReceivedRequest } from './request.js';

/** A response before it is rendered. */
export interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** An object becomes JSON and follows `pretty` and `envelope`. Text is sent unchanged, like a gateway's page. */
  readonly content: object | string;
}

/** Renders a reply as the request's `pretty` and `envelope` parameters ask for. */
export function render({ status, headers, content }: Reply, request: ReceivedRequest) {
  if (typeof content === 'string') {
    const type = content === '' ? undefined : { 'content-type': guessTextType(content) };
    return { status, headers: { ...type, ...headers }, body: content };
  }
  // The token endpoints know neither parameter.
  const isOn = (name: string) => !isOAuth(request) && request.query.get(name) === 'true';
  const json = isOn('envelope') ? wrap(status, content) : content;
  return {
    status: isOn('envelope') ? 200 : status,
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(json, null, isOn('pretty') ? 2 : undefined),
  };
}

function guessTextType(text: string): string {
  return text.trimStart().startsWith('<') ? 'text/html;charset=utf-8' : 'text/plain;charset=utf-8';
}

function wrap(status: number, content: object): object {
  // A list is its own envelope: Atlas adds the status beside the results.
  return 'results' in content ? { ...content, status } : { status, content };
}
