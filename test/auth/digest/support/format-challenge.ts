/** A challenge to print. */
export interface PrintableChallenge {
  scheme: string;
  token68?: string | undefined;
  params: ReadonlyMap<string, string>;
}

/** The freedom that RFC 9110 section 11 leaves to whoever writes a challenge. */
export interface ChallengeStyle {
  /** Whether a value that is a token goes without quotes. */
  tokens: boolean;
  /** Whether every quoted character is escaped, and not only those that must be. */
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

/** Prints one challenge, as a server would. */
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
