/** A call that its own signal stopped rejects with the signal's reason, on every database: what the caller threw in comes out again. */
import type { MaybePromise } from "../base/maybe-promise.ts";
import { ownReason } from "./call-limit.ts";

/** The answer, or its rejection in these words. */
export const withOwnReason = <T>(answer: MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> =>
  signal === undefined || !(answer instanceof Promise)
    ? answer
    : answer.catch((error: unknown) => {
        throw ownReason(error, signal);
      });

/** The same for a call that may also throw at once. */
export const calledWithOwnReason = <T>(call: () => MaybePromise<T>, signal: AbortSignal | undefined): MaybePromise<T> => {
  try {
    return withOwnReason(call(), signal);
  } catch (error) {
    throw ownReason(error, signal);
  }
};

/** The same for what is read step by step. */
export async function* eachWithOwnReason<T>(steps: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void, undefined> {
  try {
    yield* steps;
  } catch (error) {
    throw ownReason(error, signal);
  }
}

export const batchesWithOwnReason = <T>(batches: AsyncIterable<T>, signal: AbortSignal | undefined): AsyncIterator<T> =>
  (signal === undefined ? batches : eachWithOwnReason(batches, signal))[Symbol.asyncIterator]();
