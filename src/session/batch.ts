/** `batch([…])` of engines and sessions: queries and pieces of SQL that travel together. */
import { ConfigurationError } from "../base/errors.ts";
import type { MaybePromise } from "../base/maybe-promise.ts";
import type { Sql } from "../ast/sql-tag.ts";
import { mayWrite, sendBatch, sendInTransaction } from "../engine/batch.ts";
import type { BatchItem } from "../engine/batch.ts";
import { signalOf } from "../engine/call-limit.ts";
import type { CallLimit } from "../engine/call-limit.ts";
import type { Database } from "../engine/database.ts";
import { withOwnReason } from "../engine/own-reason.ts";
import { Result } from "../engine/results/result.ts";
import type { Rows, Runner } from "../engine/run.ts";
import type { Transaction } from "../engine/transactions/transaction.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import { describe } from "../types/column-type.ts";
import { afterFlush } from "./session-scope.ts";
import type { SessionScope } from "./session-scope.ts";

/** A query, which gives all its rows, or a piece made by the `sql` tag, which gives a result. */
export type BatchPiece = AsyncIterable<unknown> | Sql<unknown>;

/** What each piece of a batch gives, in order. */
export type BatchResults<P extends readonly BatchPiece[]> = {
  -readonly [K in keyof P]: P[K] extends AsyncIterable<infer Row> ? Row[] : P[K] extends Sql<infer Row> ? Result<Row> : never;
};

interface Prepared {
  readonly item: BatchItem;
  readonly read: (answer: Rows) => unknown;
}

const prepare = (runner: Runner, piece: unknown, place: number, signal: AbortSignal | undefined): Prepared => {
  const query = QueryBuilder.of(piece);
  if (query !== null) return query.on(runner).forBatch(signal);
  if (typeof piece === "object" && piece !== null && !(piece instanceof Promise)) {
    // What else is no piece is refused where its request is made.
    return { item: { piece: piece as Sql<unknown> }, read: (answer) => Result.raw(answer, runner.dialect) };
  }
  throw new ConfigurationError(
    `batch() takes queries and pieces made by the sql tag; number ${place + 1} is ${describe(piece)}. ` +
      `Pass the query itself, without a verb: engine.query(User).filter(…), not ….all().`,
  );
};

const prepareAll = (runner: Runner, pieces: unknown, signal: AbortSignal | undefined): readonly Prepared[] => {
  if (!Array.isArray(pieces)) throw new ConfigurationError(`batch() takes an array, not ${describe(pieces)}.`);
  return pieces.map((piece, place) => prepare(runner, piece, place, signal));
};

const readAll = (prepared: readonly Prepared[], answers: readonly Rows[]): Promise<unknown[]> =>
  Promise.all(prepared.map(({ read }, index) => read(answers[index]!)));

export const runBatch = async (database: Database, pieces: unknown, limit: CallLimit): Promise<unknown[]> => {
  const signal = signalOf(limit);
  const prepared = prepareAll(database, pieces, signal);
  const answers = await sendBatch(
    database,
    prepared.map(({ item }) => item),
    signal,
  );
  return readAll(prepared, answers);
};

/** The same where a session is: behind what it has in hand, in its transaction or in one of their own. */
export const runBatchIn = async (
  scope: SessionScope,
  session: Runner,
  pieces: unknown,
  signal: AbortSignal | undefined,
): Promise<unknown[]> => {
  const prepared = prepareAll(session, pieces, signal);
  if (prepared.length === 0) return [];
  await afterFlush(scope, () => {}, signal);
  const items = prepared.map(({ item }) => item);
  if (items.some(mayWrite)) scope.unit.isTainted = scope.unit.isRecording;
  const send = (transaction: Transaction): MaybePromise<readonly Rows[]> =>
    transaction.commitWith(items, (item) => sendInTransaction(transaction, item, signal));
  const readOnly = scope.current === null && !items.some(mayWrite) ? { readOnly: true } : {};
  const answers = await withOwnReason(scope.nested(send, { signal, ...readOnly }), signal);
  return readAll(prepared, answers);
};
