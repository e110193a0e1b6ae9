/** `engine.batch([…])`: queries and pieces of SQL that travel together. */
import { ConfigurationError } from "../base/errors.ts";
import type { Sql } from "../ast/sql-tag.ts";
import { sendBatch } from "../engine/batch.ts";
import type { BatchItem } from "../engine/batch.ts";
import { signalOf } from "../engine/call-limit.ts";
import type { CallLimit } from "../engine/call-limit.ts";
import type { Database } from "../engine/database.ts";
import { Result } from "../engine/result.ts";
import type { Rows } from "../engine/run.ts";
import { QueryBuilder } from "../query/query-builder.ts";
import { describe } from "../types/column-type.ts";

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

const prepare = (database: Database, piece: unknown, place: number): Prepared => {
  const query = QueryBuilder.of(piece);
  if (query !== null) return query.on(database).forBatch();
  if (typeof piece === "object" && piece !== null && !(piece instanceof Promise)) {
    // What else is no piece is refused where its request is made.
    return { item: { piece: piece as Sql<unknown> }, read: (answer) => Result.raw(answer, database.dialect) };
  }
  throw new ConfigurationError(
    `batch() takes queries and pieces made by the sql tag; number ${place + 1} is ${describe(piece)}. ` +
      `Pass the query itself, without a verb: engine.query(User).filter(…), not ….all().`,
  );
};

export const runBatch = async (database: Database, pieces: unknown, limit: CallLimit): Promise<unknown[]> => {
  if (!Array.isArray(pieces)) throw new ConfigurationError(`batch() takes an array, not ${describe(pieces)}.`);
  const prepared = pieces.map((piece, place) => prepare(database, piece, place));
  const answers = await sendBatch(
    database,
    prepared.map(({ item }) => item),
    signalOf(limit),
  );
  return Promise.all(prepared.map(({ read }, index) => read(answers[index]!)));
};
