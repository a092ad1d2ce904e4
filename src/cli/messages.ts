import type { AtlasError } from '../index.js';
import { adviseOn } from './advice.js';
import { printable } from './output.js';

/** Says what happened and what to do, in terms of the command. */
export function describeError(error: AtlasError): string {
  return printable(`${whatHappened(error)} ${adviseOn(error)}`.trimEnd());
}

function whatHappened(error: AtlasError): string {
  const { code, operation, path, message, advice = '' } = error;
  if (code === 'TIMEOUT') return whatTimedOut(error);
  const what = message
    .slice(0, message.length - advice.length)
    .trimEnd()
    .replace(/ \([\w ]*maxResponseSize\)/, '');
  // The method and the path mean nothing to the user, and would set equal errors apart.
  const subject = [`${operation} ${path}`, `${operation}`].find((text) => what.startsWith(text));
  return subject === undefined ? what : `The request${what.slice(subject.length)}`;
}

function whatTimedOut({ operation, message, attempts = 1 }: AtlasError): string {
  if (operation === 'checkBackups') return 'The check ran out of time.';
  const [, ms] = /(\d+) ?ms/.exec(message) ?? [];
  return `Atlas did not answer within ${Number(ms) / 1000} s, in ${attempts} attempt${attempts === 1 ? '' : 's'}.`;
}
