import { once } from 'node:events';
import fs from 'node:fs';
import { Socket } from 'node:net';

/** What a command writes to. */
interface Stream {
  readonly isTTY: boolean;
  /** May return a promise, which resolves when the text is written, or cannot be. */
  readonly write: (text: string) => unknown;
}

/** The streams that a command writes to. */
export type Output = Readonly<Record<'stdout' | 'stderr', Stream>>;

/** How the process is to end: with a code, or by a signal. */
export type ExitCode = number | NodeJS.Signals;

/**
 * Runs a command whose arguments have been read.
 *
 * @param stop - ends the command. The reason is the signal.
 */
export type Run = (output: Output, stop: AbortSignal) => Promise<ExitCode>;

/**
 * Waits for what it starts, which may never end, such as opening a named pipe.
 *
 * @throws the reason of `stop` if that aborts first.
 */
export async function untilStopped<T>(start: () => Promise<T>, stop: AbortSignal): Promise<T> {
  stop.throwIfAborted();
  const stopped = once(stop, 'abort').then(() => Promise.reject(stop.reason));
  return Promise.race([start(), stopped]);
}

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
        if (stream instanceof Socket) return new Promise((resolve) => stream.write(text, resolve));
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
