import { runCommand } from '../../../src/cli/commands.js';

/** Runs the command with these arguments. Returns what it wrote. */
export async function run(args: string[], isTTY = false, stop = new AbortController().signal) {
  const written = { stdout: '', stderr: '' };
  const streamOf = (name: keyof typeof written) => ({
    isTTY,
    write: async (text: string) => {
      written[name] += text;
    },
  });
  const exitCode = await runCommand(args, { stdout: streamOf('stdout'), stderr: streamOf('stderr') }, stop);
  return { exitCode, ...written };
}
