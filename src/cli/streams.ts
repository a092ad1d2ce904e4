import { once } from 'node:events';
import fs from 'node:fs';
import { Socket } from 'node:net';

/** The streams that a command writes to. */
export interface Output {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
}

interface OutputStream {
  readonly isTTY: boolean;
  /** Resolves when the text is written, or cannot be. */
  readonly write: (text: string) => Promise<void>;
}

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

/** stdout or stderr of the process. */
interface OpenStream extends OutputStream {
  /** Waits until all text is written. Returns the error if it could not be. */
  readonly finish: () => Promise<Error | undefined>;
}

/** Opens stdout or stderr. */
export function openStream(stream: NodeJS.WriteStream & { readonly fd: number }): OpenStream {
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  // Synchronously: on a full disk, Node's stream would lose text without an error.
  const writeFile = (text: string) => {
    try {
      fs.writeFileSync(stream.fd, text);
    } catch (error) {
      stream.emit('error', error);
    }
  };
  return {
    isTTY: stream.isTTY,
    write: async (text) => {
      // A terminal or a pipe.
      if (stream instanceof Socket) await new Promise((resolve) => stream.write(text, resolve));
      else if (failure === undefined) writeFile(text);
    },
    finish: async () => {
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
