/**
 * A structure as its database would write it.
 *
 * PostgreSQL keeps expressions as trees, and writes them anew: `role IN ('a', 'b')` comes back as `role = ANY (ARRAY['a'::text, 'b'::text])`. No rules of
 * ours could follow that, so the server itself is asked (`written-anew.ts`), in a transaction that is rolled back. SQLite keeps the text as it was.
 */
import type { Database } from "../../engine/database.ts";
import type { Transaction } from "../../engine/transactions/transaction.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, Snapshot, TableSnapshot } from "../../schema/snapshot.ts";
import { questionOf, writtenAnew } from "./written-anew.ts";
import type { Part, Question } from "./written-anew.ts";

/** How a part of a table is written; asked twice, once to learn the questions and once to put in the answers. */
type Write = (table: TableSnapshot, part: Part) => Part;

const columnWith = (table: TableSnapshot, column: ColumnSnapshot, write: Write): ColumnSnapshot => {
  const filled = write(table, { part: "default", type: column.type, expression: column.default });
  const computed =
    column.generated === null
      ? null
      : write(table, {
          part: "generated",
          type: column.type,
          expression: column.generated.expression,
          stored: column.generated.stored,
        });
  return Object.freeze({
    ...column,
    ...(filled.part === "default" ? { type: filled.type, default: filled.expression } : {}),
    ...(computed?.part === "generated" ? { generated: Object.freeze({ expression: computed.expression, stored: computed.stored }) } : {}),
  });
};

const constraintWith = (table: TableSnapshot, constraint: ConstraintSnapshot, write: Write): ConstraintSnapshot => {
  if (constraint.kind === "check") {
    const part = write(table, { part: "check", expression: constraint.expression });
    return part.part === "check" ? Object.freeze({ ...constraint, expression: part.expression }) : constraint;
  }
  if (constraint.kind !== "exclusion") return constraint;
  const part = write(table, { part: "exclusion", definition: constraint.definition });
  return part.part === "exclusion" ? Object.freeze({ ...constraint, definition: part.definition }) : constraint;
};

const hasExpressions = (index: IndexSnapshot): boolean => index.where !== null || index.terms.some((term) => term.expression !== null);

const indexWith = (table: TableSnapshot, index: IndexSnapshot, write: Write): IndexSnapshot => {
  if (!hasExpressions(index)) return index;
  const part = write(table, { part: "index", index });
  if (part.part !== "index") return index;
  const { name, unique, nullsNotDistinct, comment } = index;
  return Object.freeze({ ...part.index, name, unique, nullsNotDistinct, comment });
};

/** Types are asked about with the rest: one of a table without expressions may be yet to be created. */
const isAsked = (table: TableSnapshot): boolean =>
  table.columns.some((column) => column.default !== null || column.generated !== null) ||
  table.constraints.some(({ kind }) => kind === "check" || kind === "exclusion") ||
  table.indexes.some(hasExpressions);

const tableWith = (table: TableSnapshot, write: Write): TableSnapshot =>
  Object.freeze({
    ...table,
    columns: Object.freeze(table.columns.map((column) => columnWith(table, column, write))),
    constraints: Object.freeze(table.constraints.map((constraint) => constraintWith(table, constraint, write))),
    indexes: Object.freeze(table.indexes.map((index) => indexWith(table, index, write))),
  });

/** What the transaction was for, thrown so that it is rolled back. */
class Done extends Error {
  readonly tables: readonly TableSnapshot[];

  constructor(tables: readonly TableSnapshot[]) {
    super("what was created for the question is not to be kept");
    this.tables = tables;
  }
}

/** Tables of several schemas may have one name, so each schema's are looked at by themselves. */
const look = async (transaction: Transaction, tables: readonly TableSnapshot[]): Promise<never> => {
  const answers = new Map<TableSnapshot, ReadonlyMap<string, Part>>();
  for (const schema of new Set(tables.map((table) => table.schema))) {
    const own = tables.filter((table) => table.schema === schema);
    const questions: Question[] = [];
    const ask: Write = (table, part) => {
      questions.push(questionOf(table, part));
      return part;
    };
    for (const table of own) tableWith(table, ask);
    const found = await writtenAnew(transaction, questions);
    for (const table of own) answers.set(table, found);
  }
  throw new Done(tables.map((table) => tableWith(table, (own, part) => answers.get(table)!.get(questionOf(own, part).key) ?? part)));
};

/**
 * The structure in words that `database` gives back as they are: what models ask for becomes comparable with what `introspect` finds. It changes nothing.
 * PostgreSQL needs the right to create temporary tables; expressions may name types and functions that are there.
 *
 *     const plan = diff(await introspect(engine), await canonical(engine, snapshot(engine, models)));
 */
export const canonical = async (database: Database, given: Snapshot): Promise<Snapshot> => {
  const asked = given.dialect === "sqlite" ? [] : given.tables.filter(isAsked);
  if (asked.length === 0) return given;
  const found = await database
    .runInTransaction((transaction) => look(transaction, asked))
    .catch((error: unknown) => {
      if (error instanceof Done) return error.tables;
      throw error;
    });
  const tables = given.tables.map((table) => found[asked.indexOf(table)] ?? table);
  return Object.freeze({ ...given, tables: Object.freeze(tables) });
};
