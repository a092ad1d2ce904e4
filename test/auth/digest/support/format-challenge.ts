/** A challenge to format. */
export interface PrintableChallenge {
  scheme: string;
  token68?: string | undefined;
  params: ReadonlyMap<string, string>;
}

/** How to write a challenge, within what RFC 9110 section 11 allows. */
export interface ChallengeStyle {
  /** Whether a value that is a token is left unquoted. */
  tokens: boolean;
  /** Whether every quoted character is escaped, not only `"` and `\`. */
  escapeAll: boolean;
  upperCase: boolean;
  aroundEquals: string;
  betweenParams: string;
}

const PLAIN_STYLE: ChallengeStyle = {
  tokens: false,
  escapeAll: false,
  upperCase: false,
  aroundEquals: '',
  betweenParams: ', ',
};

/** Formats one challenge. */
export function formatChallenge(challenge: PrintableChallenge, style: ChallengeStyle = PLAIN_STYLE): string {
  const { scheme, token68, params } = challenge;
  if (token68 !== undefined) return `${scheme} ${token68}`;
  if (params.size === 0) return scheme;
  const printed = Array.from(params, ([name, value]) => {
    const printedName = style.upperCase ? name.toUpperCase() : name;
    return `${printedName}${style.aroundEquals}=${style.aroundEquals}${formatValue(value, style)}`;
  });
  return `${scheme} ${printed.join(style.betweenParams)}`;
}

function formatValue(value: string, { tokens, escapeAll }: ChallengeStyle): string {
  if (tokens && /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/.test(value)) return value;
  return `"${value.replace(escapeAll ? /./gs : /["\\]/g, '\\$&')}"`;
}
