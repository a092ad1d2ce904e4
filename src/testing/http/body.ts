const MAX_BODY_SIZE = 64 * 1024;

/**
 * Reads the body of a request. Returns undefined if it is over 64 kB: requests are recorded with their bodies, so longer
 * ones would fill the memory.
 */
export async function readBody(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<string | undefined> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of chunks) {
    size += chunk.byteLength;
    if (size > MAX_BODY_SIZE) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts).toString('utf8');
}
