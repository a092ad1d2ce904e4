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

/** What a function throws. Throws if it returns, or throws an error of another class. */
export function thrown<T>(run: () => unknown, type: abstract new (...parameters: never[]) => T): T {
  try {
    run();
  } catch (error) {
    if (error instanceof type) return error;
    throw error;
  }
  throw new Error('The function returned');
}
