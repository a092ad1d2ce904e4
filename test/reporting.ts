/** Reporters of a test suite. In CI they also write its counts to a file, for the summary of `.ci/run`. */
export function reporting(suite: string) {
  if (!process.env['CI']) return { reporters: ['default'] };
  return { reporters: ['default', 'json'], outputFile: { json: `reports/vitest/${suite}.json` } };
}
