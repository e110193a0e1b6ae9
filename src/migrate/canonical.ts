/**
 * A structure as its database would write it.
 *
 * PostgreSQL keeps expressions as trees, and writes them anew: `role IN ('a', 'b')` comes back as `role = ANY (ARRAY['a'::text, 'b'::text])`. No rules of
 * ours could follow that, so the server itself is asked: the tables are created as temporary ones in a transaction, introspected, and rolled back.
 * What it wrote may come back different once more (`varchar` in a list), so it is asked again until nothing changes. SQLite keeps the text as it was.
 */
import type { Database } from "../engine/database.ts";
import type { Transaction } from "../engine/transaction.ts";
import { quote } from "../dialect/quote.ts";
import type { ConstraintSnapshot, IndexSnapshot, Snapshot, TableSnapshot } from "../schema/snapshot.ts";
import { dialectOf } from "./dialects.ts";
import { introspectOn } from "./introspect.ts";
import { request } from "./run.ts";

const temporary = "pg_temp";

const isExpressive = (constraint: ConstraintSnapshot): boolean => constraint.kind === "check" || constraint.kind === "exclusion";
const isExpressiveIndex = (index: IndexSnapshot): boolean => index.where !== null || index.terms.some((term) => term.expression !== null);

const hasExpressions = (table: TableSnapshot): boolean =>
  table.columns.some((column) => column.default !== null || column.generated !== null) ||
  table.constraints.some(isExpressive) ||
  table.indexes.some(isExpressiveIndex);

/** Only what holds expressions: keys and counters would have to be made as well. */
const asTemporary = (table: TableSnapshot): TableSnapshot => ({
  ...table,
  schema: temporary,
  columns: table.columns.map((column) => ({ ...column, identity: null, comment: null })),
  constraints: table.constraints.filter(isExpressive),
  indexes: table.indexes.filter(isExpressiveIndex).map((index) => ({ ...index, comment: null })),
  options: [],
  comment: null,
});

/** The names that the server gave itself are ours already: constraints and indexes are found again by their names. */
const merged = (table: TableSnapshot, found: TableSnapshot | undefined): TableSnapshot => {
  if (found === undefined) return table;
  const columns = table.columns.map((column) => {
    const written = found.columns.find((each) => each.name === column.name);
    return written === undefined
      ? column
      : Object.freeze({ ...column, type: written.type, default: written.default, generated: written.generated });
  });
  const constraints = table.constraints.map((constraint) => {
    if (constraint.kind !== "check" && constraint.kind !== "exclusion") return constraint;
    return found.constraints.find((each) => each.kind === constraint.kind && each.name === constraint.name) ?? constraint;
  });
  const indexes = table.indexes.map((index) => {
    const written = found.indexes.find((each) => each.name === index.name);
    return written === undefined ? index : Object.freeze({ ...written, comment: index.comment });
  });
  return Object.freeze({
    ...table,
    columns: Object.freeze(columns),
    constraints: Object.freeze(constraints),
    indexes: Object.freeze(indexes),
  });
};

class Done extends Error {
  readonly tables: readonly TableSnapshot[];

  constructor(tables: readonly TableSnapshot[]) {
    super("what was created for the question is not to be kept");
    this.tables = tables;
  }
}

const mostRounds = 4;

/** Creates the tables and looks at them until they come back as they were made; throws what it saw, so that the transaction is rolled back. */
const look = async (transaction: Transaction, asked: readonly TableSnapshot[]): Promise<never> => {
  const dialect = dialectOf("postgres");
  const settled = new Map<string, TableSnapshot>();
  let open = asked;
  for (let round = 1; open.length > 0 && round <= mostRounds; round++) {
    const texts = open.flatMap((table) => [
      ...(round === 1 ? [] : [`DROP TABLE ${quote(temporary)}.${quote(table.name)}`]),
      ...dialect.render({ change: "createTable", table: asTemporary(table) }).map(({ sql }) => sql),
    ]);
    await Promise.all(texts.map((text) => transaction.send(request(text))));
    const found = new Map((await introspectOn(transaction, { schemas: [], temporary: true })).tables.map((table) => [table.name, table]));
    const written = open.map((table) => merged(table, found.get(table.name)));
    for (const table of written) settled.set(table.name, table);
    open = written.filter((table, place) => JSON.stringify(table) !== JSON.stringify(open[place]));
  }
  throw new Done([...settled.values()]);
};

/**
 * The structure in words that `database` gives back as they are: what models ask for becomes comparable with what `introspect` finds. It changes nothing.
 * PostgreSQL needs the right to create temporary tables; expressions may name types and functions that are there.
 *
 *     const plan = diff(await introspect(engine), await canonical(engine, snapshot(engine, models)));
 */
export const canonical = async (database: Database, given: Snapshot): Promise<Snapshot> => {
  if (given.dialect === "sqlite") return given;
  const asked = given.tables.filter((table) => table.schema === null && hasExpressions(table));
  if (asked.length === 0) return given;
  const found = await database
    .runInTransaction((transaction) => look(transaction, asked))
    .catch((error: unknown) => {
      if (error instanceof Done) return error.tables;
      throw error;
    });
  const byName = new Map(found.map((table) => [table.name, table]));
  const tables = given.tables.map((table) => (table.schema === null ? (byName.get(table.name) ?? table) : table));
  return Object.freeze({ ...given, tables: Object.freeze(tables) });
};
