import fs from 'node:fs';
import { Socket } from 'node:net';

/** Opens stdout or stderr. `finish()` returns the error if not all of the text could be written. */
export function openStream(stream: NodeJS.WriteStream & { readonly fd: number }) {
  const { fd } = stream;
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  return {
    isTTY: stream.isTTY,
    write(text: string): void {
      try {
        if (stream instanceof Socket) stream.write(text);
        // A file. Node's stream would drop what a full disk does not take, without an error.
        else if (failure === undefined) fs.writeFileSync(fd, text);
      } catch (error) {
        stream.emit('error', error);
      }
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
