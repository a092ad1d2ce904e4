import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { Socket } from 'node:net';
import path from 'node:path';

/** What a command writes to. */
interface Stream {
  readonly isTTY: boolean;
  /** What it returns may be awaited: the text is then with the reader, or nearly. */
  readonly write: (text: string) => unknown;
}

/** The streams that a command writes to. */
export type Output = Readonly<Record<'stdout' | 'stderr', Stream>>;

/**
 * Runs a command whose arguments have been read. Returns its exit code, or the signal that is to end the process.
 *
 * @param stop - ends the command. The reason is the signal.
 */
export type Run = (output: Output, stop: AbortSignal) => Promise<number | NodeJS.Signals>;

/** Opens stdout or stderr. `finish()` returns the error if not all of the text could be written. */
export function openStream(stream: NodeJS.WriteStream & { readonly fd: number }) {
  const { fd } = stream;
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    isTTY: stream.isTTY,
    write(text: string): Promise<unknown> | undefined {
      try {
        // A reader may be slow, or close its pipe.
        if (stream instanceof Socket) return stream.write(text) || stream.destroyed ? undefined : drained(stream);
        // A file is written synchronously: on a full disk, Node's stream would lose text without an error.
        else if (failure === undefined) fs.writeFileSync(fd, text);
      } catch (error) {
        stream.emit('error', error);
      }
      return undefined;
    },
    async finish(): Promise<Error | undefined> {
      if (stream.writableLength > 0) {
        await new Promise<unknown>((resolve) => stream.once('close', resolve).write('', resolve));
      }
      // A stream reports its error a little later.
      await new Promise((resolve) => setImmediate(resolve));
      // A reader may close its pipe early. That is no error.
      return failure?.code === 'EPIPE' ? undefined : failure;
    },
  };
}

async function drained(stream: NodeJS.WriteStream): Promise<void> {
  await new Promise<void>((resolve) => {
    const settle = () => {
      stream.off('drain', settle).off('close', settle);
      resolve();
    };
    stream.on('drain', settle).on('close', settle);
  });
}

/** Returns the file that a path leads to through links. The file may not exist yet. */
export function resolveFile(file: string): string {
  try {
    return fs.realpathSync(file);
  } catch {
    const folder = path.dirname(file);
    return path.join(fs.existsSync(folder) ? fs.realpathSync(folder) : path.resolve(folder), path.basename(file));
  }
}

/**
 * Writes a file, whole or not at all. An existing file keeps its mode, and a new one is for its owner only. Returns why it could
 * not be written.
 */
export function writeWhole(file: string, parts: Iterable<string>): string | undefined {
  try {
    const target = resolveFile(file);
    const existing = fs.lstatSync(target, { throwIfNoEntry: false });
    // The rename would replace a device, such as /dev/null, or a link to nothing.
    if (existing?.isFile() === false) return 'it is not a regular file';
    replace(target, parts, existing?.mode);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  }
}

/** @param mode - of the file that is replaced, if there is one. */
function replace(target: string, parts: Iterable<string>, mode: number | undefined): void {
  const temporary = `${target}.${randomUUID()}.tmp`;
  // Fails if somebody else has made the file meanwhile.
  const fd = fs.openSync(temporary, 'wx', 0o600);
  try {
    for (const part of parts) fs.writeFileSync(fd, part);
    if (mode !== undefined) fs.fchmodSync(fd, mode);
    fs.fsyncSync(fd);
    fs.renameSync(temporary, target);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  } finally {
    fs.closeSync(fd);
  }
}

/** Why something failed, such as `EACCES: permission denied`. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

// Characters that could change what a terminal shows, and line separators.
const unprintable = /[\p{C}\u2028\u2029]/gu;

// `::` at the start of a line, and `##[` or `##vso[` anywhere in it. A space after the match breaks them.
const commandOfCi = /^\s*:(?=:)|##\w*(?=\[)/g;

/** Removes the unprintable characters from a line, and breaks what CI systems would read as a command. */
export function printable(text: string): string {
  return text.replace(unprintable, '').replace(commandOfCi, '$& ');
}
