/** The signal of a call that is about to begin. */
import { signalOf } from "../engine/call-limit.ts";
import type { CallOptions } from "../query/query.ts";

/** Throws the signal's reason when that has been aborted already: nothing has happened then. */
export const startedSignal = (options: CallOptions): AbortSignal | undefined => {
  const signal = signalOf(options);
  signal?.throwIfAborted();
  return signal;
};
