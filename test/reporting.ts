/** Reporters of a test suite: in CI its counts also go to a file, from which `.ci/run` takes the sum. */
export function reporting(suite: string) {
  if (!process.env['CI']) return { reporters: ['default'] };
  return { reporters: ['default', 'json'], outputFile: { json: `reports/vitest/${suite}.json` } };
}
