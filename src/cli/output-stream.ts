import fs from 'node:fs';
import { Socket } from 'node:net';

/** Opens stdout or stderr. `finish()` returns the error if not all of the text could be written. */
export function openStream(stream: NodeJS.WriteStream & { readonly fd: number }) {
  let failure: NodeJS.ErrnoException | undefined;
  stream.on('error', (error) => {
    failure ??= error;
  });
  // For a file. Node's stream would drop what a full disk does not take, without an error.
  const writeToFile = (text: string) => {
    for (let left = Buffer.from(text); left.length > 0; ) {
      const written = fs.writeSync(stream.fd, left);
      if (written === 0) throw new Error('the file takes no more');
      left = left.subarray(written);
    }
  };
  return {
    isTTY: stream.isTTY,
    write(text: string): void {
      try {
        if (stream instanceof Socket) stream.write(text);
        else if (failure === undefined) writeToFile(text);
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
