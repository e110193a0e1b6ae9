/** Waiting that a signal may end. What was waited for goes on all the same, and nobody hears of it any more. */

/** The value, or a rejection with the signal's reason when that comes first. */
export const unlessAborted = <T>(waiting: Promise<T>, signal: AbortSignal | undefined): Promise<T> => {
  if (signal === undefined) return waiting;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    waiting.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
};

/**
 * What a source gives, until the signal comes: then its reason is thrown, however long the source takes for the next one. A source that is left is told so,
 * and not waited for.
 */
export async function* interruptible<T>(
  source: AsyncIterable<T> | Iterable<T>,
  signal: AbortSignal | undefined,
): AsyncGenerator<T, void, undefined> {
  if (signal === undefined) return yield* source;
  const isAsync = Symbol.asyncIterator in source;
  const iterator = isAsync ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  let isOver = false;
  try {
    for (;;) {
      signal.throwIfAborted();
      const next = iterator.next();
      const step = isAsync ? await unlessAborted(Promise.resolve(next), signal) : (next as IteratorResult<T>);
      if (step.done === true) return void (isOver = true);
      yield step.value;
    }
  } finally {
    const left = isOver ? undefined : Promise.resolve().then(() => iterator.return?.());
    if (signal.aborted) left?.catch(() => {});
    else await left;
  }
}
