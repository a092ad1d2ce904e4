import { unprintable } from './output.js';
import type { Report } from './report.js';

/** Raised if a field is removed or changes its meaning. */
const formatVersion = 1;

/** Formats the report as JSON, without fields that are undefined. */
export function formatJson({ checkedAt, maxAge, summary, findings, error }: Report): string {
  const plain = findings.map(({ newest, project, cluster, ...finding }) => ({ ...finding, ...newest }));
  return escapeUnprintable(
    JSON.stringify({ formatVersion, checkedAt, maxAge, summary, findings: plain, error }, null, 2),
  );
}

function escapeUnprintable(json: string): string {
  // CI systems would read ##[ and ##vso[ as a command, wherever it is.
  return json.replace(/##(?=\w*\[)/g, '#\\u0023').replace(unprintable, (character) => {
    // Line breaks in values are escaped already.
    if (character === '\n') return character;
    const units = character.split('');
    return units.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
  });
}
