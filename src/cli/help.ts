import { readVersion } from './environment.js';
import type { Run } from './output.js';

/** The options that every command has. */
export const helpOptions = { help: { type: 'boolean' }, version: { type: 'boolean' } } as const;

/** Returns what prints the usage or the version, if the options ask for it. */
export function readHelp(asked: Partial<Record<'help' | 'version', boolean>>, usage: string): Run | undefined {
  if (!asked.help && !asked.version) return undefined;
  return async ({ stdout }) => {
    stdout.write(asked.help ? usage : `${readVersion()}\n`);
    return 0;
  };
}
