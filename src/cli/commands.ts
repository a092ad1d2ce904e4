import { createRequire } from 'node:module';
import { checkUsage, readCheck } from './check.js';
import { emulateUsage, readEmulate } from './emulate.js';
import type { Output, Run } from './output.js';

interface Command {
  readonly usage: string;
  /** @throws an error that says what is wrong with the arguments. */
  readonly read: (args: string[]) => Run;
}

const commands: ReadonlyMap<string, Command> = new Map([
  ['check', { usage: checkUsage, read: readCheck }],
  ['emulate', { usage: emulateUsage, read: readEmulate }],
]);

/** Runs the command that the arguments name. Returns its exit code. */
export async function runCommand(args: string[], output: Output): Promise<number> {
  let run: Run;
  try {
    run = readCommand(args);
  } catch (error) {
    const problem = error instanceof Error ? error.message : error;
    output.stderr.write(`${problem}\nTry: atlas-tenant-snapshots --help\n`);
    return 2;
  }
  return run(output);
}

function readCommand(args: string[]): Run {
  const [name = '', ...options] = args;
  const command = commands.get(name);
  if (args.includes('--help')) {
    const usages = Array.from(commands.values(), ({ usage }) => usage);
    return print(command?.usage ?? usages.join('\n'));
  }
  if (args.includes('--version')) {
    return print(`${createRequire(import.meta.url)('atlas-tenant-snapshots/package.json').version}\n`);
  }
  if (command === undefined) throw new Error(`The commands are ${[...commands.keys()].join(' and ')}.`);
  return command.read(options);
}

function print(text: string): Run {
  return async ({ stdout }) => {
    stdout.write(text);
    return 0;
  };
}
