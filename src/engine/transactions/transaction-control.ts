/** What begins and ends transactions: the statements, those that nobody else may send, and what is said of one that has ended. */
import { TransactionError } from "../../base/errors.ts";
import { whenDone } from "../../base/maybe-promise.ts";
import type { MaybePromise } from "../../base/maybe-promise.ts";
import type { Request, ReservedConnection } from "../../driver/driver.ts";

const noValues: Request["values"] = [];

export const command = (text: string, { signal, timeoutMs }: Pick<Request, "signal" | "timeoutMs"> = {}): Request => ({
  text,
  values: noValues,
  writes: true,
  bigints: false,
  batched: false,
  signal,
  timeoutMs,
});

/** The name of a savepoint, by how many transactions it stands in. */
export const savepointAt = (depth: number): string => `petrel_${depth}`;

/** A ROLLBACK takes no time. When its line says nothing for so long the connection is closed, which undoes everything, too. */
const undoTimeoutMs = 10_000;

/** Runs what undoes it, all at once. */
export const undone = (connection: ReservedConnection, texts: readonly string[]): MaybePromise<unknown> => {
  const answers = texts.map((text) => connection.run(command(text, { timeoutMs: undoTimeoutMs })));
  return answers.some((answer) => answer instanceof Promise) ? Promise.all(answers) : undefined;
};

/** Opens a transaction, or a savepoint, by these statements. Nothing is waited for where BEGIN leaves with what comes next. */
export const begin = (connection: ReservedConnection, texts: readonly string[], isOutermost: boolean): MaybePromise<void> => {
  if (isOutermost && texts.length === 1 && connection.beginLater !== undefined) return connection.beginLater(command(texts[0]!));
  const step = (index: number): MaybePromise<void> =>
    index < texts.length ? whenDone(connection.run(command(texts[index]!)), () => step(index + 1)) : undefined;
  return step(0);
};

const controlsTransactions =
  /^(?:\s|--[^\n]*\n|\/\*[^]*?\*\/)*(?:begin|start\s+transaction|commit|end|rollback|abort|savepoint|release|prepare\s+transaction)\b/i;

/** Throws `TransactionError` for text that would end or begin a transaction. */
export const assertNoControl = (text: string): void => {
  if (!controlsTransactions.test(text)) return;
  throw new TransactionError(
    "BEGIN, COMMIT, ROLLBACK and savepoints as SQL text would end this transaction behind its back. " +
      "Call commit() or rollback() of its session, or transaction() for a savepoint.",
  );
};

/** How a transaction has ended; `unknown` when its COMMIT was sent and the connection lost before the answer. */
export type Ending = "committed" | "rolled back" | "unknown";

export const endedAs = (state: Ending | "ending"): TransactionError => {
  if (state === "ending") return ended("is ending");
  return ended(state === "unknown" ? "was lost at its COMMIT" : `has been ${state}`);
};

export const ended = (what: string): TransactionError =>
  new TransactionError(`The transaction ${what} and takes no more calls. Await every call before it ends, or begin another one.`);
