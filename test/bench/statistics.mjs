/** @param {number[]} values @param {number} share between 0 and 1 */
export function quantile(values, share) {
  const sorted = Float64Array.from(values).sort();
  const place = (sorted.length - 1) * share;
  const below = sorted[Math.floor(place)];
  return below + (sorted[Math.ceil(place)] - below) * (place % 1);
}

/** @param {number[]} values */
export const median = (values) => quantile(values, 0.5);

/** One metric of several runs. @param {object[]} runs @param {string} metric @returns {number[]} */
export const column = (runs, metric) => runs.map((run) => run[metric]);

/** The median ratio of values that were measured in pairs. @param {number[]} above @param {number[]} below */
export const medianRatio = (above, below) => median(above.map((value, n) => value / below[n]));
