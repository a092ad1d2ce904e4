/** What a promise was rejected with; throws where it was fulfilled, or rejected with something of another class. */
export async function rejection<T>(
  promise: PromiseLike<unknown>,
  type: abstract new (...parameters: never[]) => T,
): Promise<T> {
  const reason = await promise.then(
    () => {
      throw new Error('The promise was fulfilled');
    },
    (error: unknown) => error,
  );
  if (reason instanceof type) return reason;
  throw reason;
}
