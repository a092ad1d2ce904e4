/** @param {number[]} values @param {number} share between 0 and 1 */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** The median of the ratios of pairs that were measured side by side. @param {number[]} above @param {number[]} below */
export const medianRatio = (above, below) => median(above.map((value, n) => value / below[n]));
