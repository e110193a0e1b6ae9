/** `getOrCreate` and `updateOrCreate`: one row for everyone who asks at once, where a unique constraint covers what is asked for. */
import { UniqueViolation } from "../../base/errors.ts";
import { signalOf } from "../../engine/call-limit.ts";
import type { Runner } from "../../engine/run.ts";
import type { TransactionOptions } from "../../engine/transactions/transaction-options.ts";
import { QueryBuilder } from "../../query/query-builder.ts";
import type { CallOptions } from "../../query/query.ts";
import { rootOf } from "../../query/root.ts";
import type { AnyModel } from "../../schema/entity.ts";

/** What of a session is needed here. */
interface Writer extends Runner {
  insert(model: never, values: never): Promise<unknown>;
  update(object: never, changes: never): Promise<unknown>;
  refresh(object: never): Promise<unknown>;
  isDirty(object: never): boolean;
  transaction<T>(work: (inner: Writer) => Promise<T>, options?: TransactionOptions): Promise<T>;
}

/** What was asked for, and whether it was made just now. */
export type Found = [object: object, isNew: boolean];

/** How often others may make the row, and remove it again before it is read. */
const tries = 5;

/** Runs `attempt` until nobody else was faster. What is taken already by other columns than those asked for is thrown in the end. */
const untilAlone = async (attempt: () => Promise<Found>): Promise<Found> => {
  for (let left = tries; ; left--) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof UniqueViolation) || left <= 1) throw error;
    }
  }
};

/** One time for every attempt, as transactions take it: theirs covers each of their calls, and the commit. */
const started = (options: CallOptions): { readonly signal?: AbortSignal | undefined } => {
  const signal = signalOf(options);
  signal?.throwIfAborted();
  return signal === undefined ? {} : { signal };
};

const queryFor = (session: Runner, model: AnyModel, values: object): QueryBuilder =>
  QueryBuilder.about(rootOf(model), session).filter(values);

/** The row with these values, or a new one that has the defaults besides. */
export const getOrCreate = async (
  session: Writer,
  model: AnyModel,
  values: object,
  defaults: object,
  given: CallOptions,
): Promise<Found> => {
  const options = started(given);
  return untilAlone(async () => {
    const found = await queryFor(session, model, values).oneOrNull(options);
    if (found !== null) return [found as object, false];
    // Inside a transaction it fails alone, in a savepoint.
    const made = await session.transaction((inner) => inner.insert(model as never, { ...values, ...defaults } as never), options);
    return [made as object, true];
  });
};

/** The row with these values, changed, or a new one. The row is locked between being read and changed, so that nobody's change is lost. */
export const updateOrCreate = async (
  session: Writer,
  model: AnyModel,
  values: object,
  changes: object,
  given: CallOptions,
): Promise<Found> => {
  const options = started(given);
  const once = async (inner: Writer): Promise<Found> => {
    const query = queryFor(inner, model, values);
    // Where there is one writer, the transaction is it already.
    const found = await (inner.dialect.locksRows ? query.forUpdate() : query).oneOrNull();
    if (found === null) return [(await inner.insert(model as never, { ...values, ...changes } as never)) as object, true];
    // An object that was read before the lock may have a version from before it.
    if (rootOf(model).table.version !== null && !inner.isDirty(found as never)) await inner.refresh(found as never);
    await inner.update(found as never, changes as never);
    return [found as object, false];
  };
  return untilAlone(() => session.transaction(once, options));
};
