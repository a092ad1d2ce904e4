import type { Respond, SeenRequest, WholeAnswer } from '../../../support/digest-server.js';
import { type Key, paramsOf, verify } from './verify.js';

/** How a server treats its nonces, if not like Atlas. */
export interface NonceRules {
  /** The nonce of the challenge with this number. Default: a new one each time. */
  readonly nonce?: (challenge: number) => string;
  /** Accepts each nonce once. */
  readonly oneUse?: boolean;
  /** Accepts an `nc` only if it is larger than the last one. */
  readonly increasing?: boolean;
  /** Whether a challenge has `stale=true` if the nonce is refused and not the key. Default true. */
  readonly sendsStale?: boolean;
  /** Whether to refuse a request that is otherwise valid. */
  readonly refuses?: (request: SeenRequest, params: Record<string, string>) => boolean;
  /** Sends a `nextnonce` with each response. */
  readonly nextNonce?: boolean;
}

export const snapshot: WholeAnswer = { status: 200, body: '{"status":"COMPLETED"}' };

export function challenged(lines: string | string[], body = ''): WholeAnswer {
  return { status: 401, headers: { 'www-authenticate': lines }, body };
}

/** A server that checks logins by MD5 and counts its nonces. */
export function nonceSite(key: Key, rules: NonceRules = {}): Respond {
  const used = new Map<string, Set<number>>();
  let issued = 0;

  function issue(): string {
    issued += 1;
    const nonce = rules.nonce?.(issued) ?? `nonce-${issued}`;
    if (!used.has(nonce)) used.set(nonce, new Set());
    return nonce;
  }

  function challenge(stale: boolean): WholeAnswer {
    return challenged(`Digest realm="r", nonce="${issue()}", qop="auth", stale=${stale}`);
  }

  function spend({ nonce = '', nc = '' }: Record<string, string>): boolean {
    const counts = used.get(nonce);
    const count = Number.parseInt(nc, 16);
    if (counts === undefined || counts.has(count) || (rules.oneUse && counts.size > 0)) return false;
    if (rules.increasing && count < Math.max(...counts, 0)) return false;
    counts.add(count);
    return true;
  }

  return (request) => {
    const params = paramsOf(request.authorization);
    const { nonce = '' } = params;
    if (!verify(request, key, { realm: 'r', nonce })) return challenge(false);
    if (!spend(params) || rules.refuses?.(request, params)) return challenge(rules.sendsStale ?? true);
    if (!rules.nextNonce) return snapshot;
    return { ...snapshot, headers: { 'authentication-info': `nextnonce="${issue()}"` } };
  };
}
