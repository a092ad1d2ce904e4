// Prints `N passed, M failed`. The arguments are a folder with reports of vitest and the names of the failed steps.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [folder, ...failedSteps] = process.argv.slice(2);

/** Returns the counts of each suite that wrote a report. */
function readReports() {
  const reports = new Map();
  for (const file of readdirSync(folder, { withFileTypes: true })) {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(join(folder, file.name), 'utf8'));
    reports.set(file.name.replace(/\.json$/, '').replace('-', ':'), { passed: numPassedTests, failed: numFailedTests });
  }
  return reports;
}

const sum = (counts) => counts.reduce((total, count) => total + count, 0);

let reports = new Map();
try {
  reports = readReports();
} catch (error) {
  failedSteps.push(`reports (${error.message})`);
}

// A failed step without a failed test, such as a linter or an install, counts as one failure.
const bare = failedSteps.filter((step) => step.split(',').every((suite) => !reports.get(suite)?.failed));
const passed = sum([...reports.values()].map((report) => report.passed));
const failed = sum([...reports.values()].map((report) => report.failed)) + bare.length;

console.log('');
for (const [suite, report] of reports) console.log(`${suite}: ${report.passed} passed, ${report.failed} failed`);
for (const step of failedSteps) console.log(`failed step: ${step}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
