import { paramsOf } from './verify.js';

interface Request {
  readonly authorization?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

function authorizationOf({ authorization, headers }: Request): string | undefined {
  return authorization ?? headers?.['authorization'];
}

/** The `Authorization` values, in order of arrival. */
export function authorizations(requests: readonly Request[]): string[] {
  return requests.flatMap((request) => authorizationOf(request) ?? []);
}

/** The `nc` values that were sent with each nonce, in order of arrival. */
export function countsByNonce(requests: readonly Request[]): Map<string, number[]> {
  const counts = new Map<string, number[]>();
  for (const authorization of authorizations(requests)) {
    const { nonce = '', nc = '' } = paramsOf(authorization);
    counts.set(nonce, [...(counts.get(nonce) ?? []), Number.parseInt(nc, 16)]);
  }
  return counts;
}

/** The numbers from 1 to `last`. */
export function upTo(last: number): number[] {
  return Array.from({ length: last }, (_, index) => index + 1);
}

export function sorted(numbers: readonly number[] | undefined): number[] {
  return [...(numbers ?? [])].sort((a, b) => a - b);
}
