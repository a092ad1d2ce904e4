/** The reporters of a test suite. In CI they include a JSON file, from which `.ci/run` adds up the tests. */
export function reporting(suite: string) {
  if (!process.env['CI']) return { reporters: ['default'] };
  return { reporters: ['default', 'json'], outputFile: { json: `reports/vitest/${suite}.json` } };
}
