// Characters that could change what a terminal shows, and line separators.
const unprintable = /[\p{C}\u2028\u2029]/gu;

// `::` at the start of a line, and `##[` or `##vso[` anywhere in it. A space after the match breaks them.
const commandOfCi = /^\s*:(?=:)|##\w*(?=\[)/g;

/** Removes the unprintable characters from a line, and breaks what CI systems would read as a command. */
export function printable(text: string): string {
  return text.replace(unprintable, '').replace(commandOfCi, '$& ');
}

/** The message of what was thrown, such as `EACCES: permission denied`. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// ms, the largest first.
const units = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };
const sizes = new Map(Object.entries(units));

/** Parses a duration such as `26h`, in ms. Undefined if it is none, or 0. */
export function parseDuration(text: string): number | undefined {
  const [, digits = '', unit = ''] = /^(\d+)([smhd])$/.exec(text) ?? [];
  const ms = Number(digits) * (sizes.get(unit) ?? 0);
  return ms > 0 && Number.isSafeInteger(ms) ? ms : undefined;
}

/** Formats a duration in its two largest units, such as `5 h 12 m`. */
export function formatDuration(ms: number): string {
  const minutes = Math.floor(ms / units.m);
  const hours = Math.floor(ms / units.h);
  if (hours === 0) return `${minutes} m`;
  return hours < 24 ? `${hours} h ${minutes % 60} m` : `${Math.floor(ms / units.d)} d ${hours % 24} h`;
}

/** Formats a limit. Unlike an age, it is exact, to the second. */
export function formatLimit(ms: number): string {
  let rest = ms;
  const parts = Array.from(sizes, ([unit, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return count > 0 ? `${count} ${unit}` : '';
  });
  return parts.filter(Boolean).join(' ');
}
