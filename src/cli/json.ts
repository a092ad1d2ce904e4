import { readVersion } from './environment.js';
import { unprintable } from './output.js';
import { isCluster, type Report } from './report.js';

/** Raised if a field is removed or changes its meaning. */
const formatVersion = 1;

/** Formats the report as JSON, without fields that are undefined. */
export function formatJson({ findings, excluded, free, error, ...report }: Report): string {
  const { checkedAt, maxAge, server, login, options, summary } = report;
  const asked = { maxAge, version: readVersion(), server, login, options };
  const notChecked = [
    ...free.map(({ project, cluster, ...free }) => ({ ...free, reason: 'free' })),
    ...excluded.filter(isCluster).map(({ groupId, groupName, clusterName, clusterType }) => {
      return { groupId, groupName, clusterName, clusterType, reason: 'excluded' };
    }),
  ];
  const plain = findings.map(({ newest, project, cluster, ...finding }) => ({ ...finding, ...newest }));
  const document = { formatVersion, checkedAt, ...asked, summary, notChecked, findings: plain, error };
  return escapeUnprintable(JSON.stringify(document, null, 2));
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
