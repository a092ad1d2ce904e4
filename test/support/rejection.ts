/** The reason of a rejected promise. Throws if the promise is fulfilled, or the reason is of another class. */
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
