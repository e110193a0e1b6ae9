/**
 * A value that is there now, or later.
 * SQLite answers at once and PostgreSQL does not; the code between runs the same for both and pays for a promise only where there is one.
 */
export type MaybePromise<T> = T | Promise<T>;

/** Goes on with the value, at once when it is there. A rejected promise stays rejected; what `next` throws is thrown. */
export const whenDone = <T, U>(value: MaybePromise<T>, next: (value: T) => MaybePromise<U>): MaybePromise<U> =>
  value instanceof Promise ? value.then(next) : next(value);

/** Goes on with the value, or with what was thrown: at once when it is there. */
export const settled = <T, U>(
  call: () => MaybePromise<T>,
  next: (value: T) => MaybePromise<U>,
  failed: (error: unknown) => MaybePromise<U>,
): MaybePromise<U> => {
  let value: MaybePromise<T>;
  try {
    value = call();
  } catch (error) {
    return failed(error);
  }
  return value instanceof Promise ? value.then(next, failed) : next(value);
};
