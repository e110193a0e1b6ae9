/** Tables from models, and their removal, in an order that keeps every foreign key satisfied. */
import { ConfigurationError } from "../base/errors.ts";
import type { Request } from "../driver/driver.ts";
import { fullName, tableKey } from "../ast/source.ts";
import type { AnyModel } from "../schema/entity.ts";
import { referencedBy } from "../schema/relations/referenced.ts";
import type { Referenced } from "../schema/relations/referenced.ts";
import { definedTables, tableOf } from "../schema/registry.ts";
import type { Table } from "../schema/table.ts";
import type { CallLimit } from "./call-limit.ts";
import type { Database } from "./database.ts";
import { databaseName, defaultDatabase } from "./database-names.ts";
import { runText } from "./raw.ts";
import type { Transaction } from "./transactions/transaction.ts";

const ddl = (text: string): Request => ({ text, values: [], writes: true, bigints: false, batched: false });

/** Tables in which every one stands behind those it refers to, but for those of a ring. */
const inForeignKeyOrder = (tables: readonly Table[]): Table[] => {
  const byName = new Map(tables.map((table) => [tableKey(table), table]));
  const ordered: Table[] = [];
  const seen = new Set<Table>();
  const visit = (table: Table): void => {
    if (seen.has(table)) return;
    seen.add(table);
    for (const key of table.foreignKeys) {
      const target = byName.get(tableKey(key.target));
      if (target !== undefined) visit(target);
    }
    ordered.push(table);
  };
  for (const table of tables) visit(table);
  return ordered;
};

/** The `tableKey`s of the tables that stand behind each one. */
const laterTables = (ordered: readonly Table[]): Map<Table, ReadonlySet<string>> =>
  new Map(ordered.map((table, place) => [table, new Set(ordered.slice(place + 1).map(tableKey))]));

/** Without models: those of this database, where it is one of several. */
const tablesOf = (models: readonly AnyModel[] | undefined, { identity }: Database): readonly Table[] => {
  if (models !== undefined && !Array.isArray(models)) throw new ConfigurationError("createAll() and dropAll() take an array of models.");
  const name = databaseName(identity);
  const isHere = ({ database }: Table): boolean => name === null || (database ?? defaultDatabase) === name;
  const tables = models === undefined ? definedTables().filter(isHere) : models.map((model) => tableOf(model));
  const names = new Map<string, Table>();
  for (const table of tables) {
    const other = names.get(tableKey(table));
    if (other !== undefined && other !== table) {
      throw new ConfigurationError(
        `The models ${other.modelName} and ${table.modelName} have one table, '${fullName(table)}'. Name the models to create, or rename a table.`,
        {
          table: table.name,
        },
      );
    }
    names.set(tableKey(table), table);
  }
  return [...names.values()];
};

const runAll = async (transaction: Transaction, texts: readonly string[]): Promise<void> => {
  for (const text of texts) await transaction.send(ddl(text));
};

/** The schemas of the tables, where the database makes schemas and has none of the name. */
const createSchemas = async (transaction: Transaction, tables: readonly Table[]): Promise<void> => {
  const { dialect } = transaction;
  for (const schema of new Set(tables.map((table) => table.schema))) {
    const question = schema === null ? null : dialect.isSchemaMissing(schema);
    if (question === null || (await runText(transaction, question)).tuples().length === 0) continue;
    await runAll(
      transaction,
      dialect.render({ change: "createSchema", schema: schema! }).map(({ sql }) => sql),
    );
  }
};

/**
 * A table with its indexes and comments, unless there is one of that name already: that is left as it is, whatever it looks like.
 * Returns what is left to do when all tables are there.
 */
const create = async (
  transaction: Transaction,
  table: Table,
  referenced: Referenced,
  later: ReadonlySet<string>,
): Promise<readonly string[]> => {
  const { dialect } = transaction;
  const missing = await runText(transaction, dialect.isMissing(table));
  if (missing.tuples().length === 0) return [];
  // Another process may have been faster.
  await runAll(transaction, dialect.createTable(table, { ifNotExists: true, referenced, later }));
  await runAll(transaction, dialect.tableComments(table));
  return dialect.lateForeignKeys(table, later).add;
};

/**
 * Creates the tables of the models, their indexes and their schemas, where they do not exist yet; all or nothing. Without models: of every model defined so far that is
 * in this database.
 * Tables that exist are left as they are, whatever they look like, and get no indexes: that is what migrations are for.
 */
export const createAll = async (database: Database, models?: readonly AnyModel[], { signal, timeout }: CallLimit = {}): Promise<void> => {
  const tables = inForeignKeyOrder(tablesOf(models, database));
  const referenced = referencedBy(tables);
  const createThem = async (transaction: Transaction): Promise<void> => {
    await createSchemas(transaction, tables);
    const late: string[] = [];
    for (const [table, later] of laterTables(tables)) late.push(...(await create(transaction, table, referenced, later)));
    await runAll(transaction, late);
  };
  await database.runInTransaction(createThem, { signal, timeout });
};

/** Drops the tables of the models where they exist, with all their rows; all or nothing. Schemas stay. */
export const dropAll = async (database: Database, models?: readonly AnyModel[], { signal, timeout }: CallLimit = {}): Promise<void> => {
  const tables = inForeignKeyOrder(tablesOf(models, database));
  const { dialect } = database;
  const keys = [...laterTables(tables)].flatMap(([table, later]) => dialect.lateForeignKeys(table, later).drop);
  const texts = tables.reverse().flatMap((table) => dialect.dropTable(table, { ifExists: true }));
  await database.runInTransaction((transaction) => runAll(transaction, [...keys, ...texts]), { signal, timeout });
};
