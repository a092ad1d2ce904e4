import { type ParseArgsConfig, parseArgs } from 'node:util';
import { readCheck } from './check.js';
import { checkOptions, checkUsage } from './check-options.js';
import { emulateOptions, emulateUsage, readEmulate } from './emulate.js';
import { readVersion } from './environment.js';
import type { Output, Run } from './output.js';

interface Command {
  readonly usage: string;
  readonly options: ParseArgsConfig['options'];
  /** @throws an error that says what is wrong with the arguments. */
  readonly read: (args: string[]) => Run;
}

const commands: ReadonlyMap<string, Command> = new Map([
  ['check', { usage: checkUsage, options: checkOptions, read: readCheck }],
  ['emulate', { usage: emulateUsage, options: emulateOptions, read: readEmulate }],
]);

/**
 * Runs the command that the arguments name. Returns its exit code.
 *
 * @param stop - ends the command. The reason is the exit code.
 */
export async function runCommand(args: string[], output: Output, stop: AbortSignal): Promise<number> {
  let run: Run;
  try {
    run = readCommand(args);
  } catch (error) {
    output.stderr.write(`${error instanceof Error ? error.message : error}\nTry: atlas-tenant-snapshots --help\n`);
    return 3;
  }
  return run(output, stop);
}

function readCommand(args: string[]): Run {
  const [name = '', ...options] = args;
  const command = commands.get(name);
  const asked = textAskedFor(args, command?.options);
  if (asked.help) {
    const usages = Array.from(commands.values(), ({ usage }) => usage);
    return print(command?.usage ?? usages.join('\n'));
  }
  if (asked.version) return print(`${readVersion()}\n`);
  if (command === undefined) throw new Error(`The commands are ${[...commands.keys()].join(' and ')}.`);
  return command.read(options);
}

/**
 * Reads the arguments up to the first `--help` or `--version`.
 *
 * @throws an error that says what is wrong, for example that an option before `--help` has no value.
 */
function textAskedFor(args: string[], options?: ParseArgsConfig['options']) {
  const end = args.findIndex((arg) => arg === '--help' || arg === '--version') + 1;
  const known = { ...options, help: { type: 'boolean' }, version: { type: 'boolean' } } as const;
  return parseArgs({ args: args.slice(0, end), options: known, allowPositionals: true }).values;
}

function print(text: string): Run {
  return async ({ stdout }) => {
    stdout.write(text);
    return 0;
  };
}
