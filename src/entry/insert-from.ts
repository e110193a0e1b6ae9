/** `insertFrom`: an Arrow table into a model's table, by the fastest way that the database has. */
import { apacheArrow } from "../arrow/apache-arrow.ts";
import type { Table } from "../arrow/apache-arrow.ts";
import { rowsOfTable } from "../arrow/rows-of-table.ts";
import { rootOf } from "../query/root.ts";
import type { CallOptions } from "../query/query.ts";
import type { AnyEntity, Insert, ModelOf } from "../schema/entity.ts";
import type { Engine } from "../session/engine.ts";

const rowsAtOnce = 1000;

function* portionsOf<T>(rows: Iterable<T>): Generator<T[], void, undefined> {
  let portion: T[] = [];
  for (const row of rows) {
    portion.push(row);
    if (portion.length < rowsAtOnce) continue;
    yield portion;
    portion = [];
  }
  if (portion.length > 0) yield portion;
}

/**
 * Inserts the rows of an Arrow table and returns their number; all or nothing. Columns are found by the model's properties, else by their names in the
 * database. By COPY on PostgreSQL, by one prepared statement in a transaction on SQLite. Throws `ConfigurationError` for a column that the model does not have
 * or whose type does not fit, before anything is sent, and `ValidationError` for a value that does not.
 *
 *     await insertFrom(engine, User, tableFromIPC(await readFile("users.arrow")));     // COPY "users" ("id", "name", …) FROM STDIN
 */
export const insertFrom = async <E extends AnyEntity>(
  engine: Engine,
  model: ModelOf<E>,
  table: Table,
  options: CallOptions = {},
): Promise<number> => {
  const rows = rowsOfTable(await apacheArrow(), table, rootOf(model).table) as Iterable<Insert<E>>;
  if (engine.dialect.copy !== null) return engine.copyFrom(model, rows, options);
  return engine.transaction(async (session) => {
    let count = 0;
    for (const portion of portionsOf(rows)) {
      count += (await session.insertAll(model, portion, options)).length;
      session.expunge();
    }
    return count;
  });
};
