/** SQLite's words. */
import { BugError, ConfigurationError } from "../../base/errors.ts";
import { fullName } from "../../ast/source.ts";
import type { TableSnapshot } from "../../schema/snapshot.ts";
import { isolationOf } from "../begin.ts";
import type { Words } from "../compilation.ts";
import { compileWith } from "../compile.ts";
import { createTableWith, dropTableWith } from "../create-table.ts";
import { describeTableWith } from "../describe-table.ts";
import type { TableWords } from "../describe-table.ts";
import type { Dialect } from "../dialect.ts";
import { placeholdersWith } from "../placeholders.ts";
import { bindRaw } from "./bind-raw.ts";
import { sqliteCodec } from "./codecs.ts";
import { operand, ordering, sqliteSpelling, stored, typedParameter } from "./expressions.ts";
import { qualified } from "../quote.ts";
import { withoutGeneratedKey } from "./generated-key.ts";
import { columnList, rowsOfLists } from "./lists.ts";
import { repeatsOf } from "./repeated-insert.ts";
import { lateral } from "./lateral.ts";
import { literal } from "./literal.ts";
import { sqliteExpressionKey, sqliteIntrospection } from "./introspect.ts";
import { renderSqlite, sqliteTables } from "./table-changes.ts";
import { asNumber, checks, isCountedUp, tableOptions, typeName } from "./tables.ts";

const refuseLock = (): never => {
  throw new ConfigurationError(
    "SQLite cannot lock single rows: a writer locks the whole database. " +
      "Leave out forUpdate() and read inside a transaction, which holds the one writer from its start.",
  );
};

/** Plain `?`, bound once for each time it stands: `?1` counts as a named parameter in better-sqlite3. */
const words: Words = {
  spelling: sqliteSpelling,
  codec: sqliteCodec,
  placeholder: () => "?",
  isPlaceholder: () => true,
  repeatsPlaceholders: false,
  typedParameter,
  stored,
  operand,
  ordering,
  literal,
  column: columnList,
  rowsOfLists,
  lateral,
  offsetAlone: " LIMIT -1",
  lock: refuseLock,
  defaultValue: () => {
    throw new BugError("a row of an INSERT asks for a column's default, which SQLite has no word for: leave out the column.");
  },
};

const tables: TableWords = {
  words,
  typeName,
  checks,
  asNumber,
  isCountedUp,
  primaryKeyName: () => null,
  hasComments: false,
  tableOptions,
};

/** A foreign key names its table without a schema here: it is always one of the same file. */
const withinFile = (table: TableSnapshot): TableSnapshot => {
  if (table.schema === null && table.constraints.every((each) => each.kind !== "foreign key" || each.target.schema === null)) return table;
  const constraints = table.constraints.map((constraint) => {
    if (constraint.kind !== "foreign key") return constraint;
    if (constraint.target.schema === table.schema) return { ...constraint, target: { schema: null, name: constraint.target.name } };
    throw new ConfigurationError(
      `The table '${fullName(table)}' has a foreign key to '${fullName(constraint.target)}', and SQLite keeps foreign keys within one file. ` +
        "Put both tables into one schema, or keep the key as a column without a relation.",
      { table: table.name },
    );
  });
  return { ...table, constraints };
};

const beginReading: readonly string[] = ["BEGIN"];
const beginWriting: readonly string[] = ["BEGIN IMMEDIATE"];
const noKeys = Object.freeze({ add: [], drop: [] });

export const sqlite: Dialect = Object.freeze({
  name: "sqlite",
  compile: (statement) => {
    const insert = withoutGeneratedKey(statement);
    const asked = insert ?? statement;
    const compiled = compileWith(words, asked);
    const repeats = repeatsOf(asked, compiled, (twice) => compileWith(words, twice));
    return insert === null && repeats === null
      ? compiled
      : { ...compiled, ...(insert === null ? {} : { returnsKey: true }), ...(repeats === null ? {} : { repeats }) };
  },
  codec: sqliteCodec,
  describeTable: (table, referenced) => describeTableWith(tables, table, referenced),
  createTable: (table, options) => createTableWith(sqliteTables, withinFile(describeTableWith(tables, table, options.referenced)), options),
  // Names are compared as SQLite compares those of tables: without regard to the case of ASCII letters.
  isMissing: (table) =>
    `SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM ${qualified({ schema: table.schema, name: "sqlite_schema" })} WHERE type IN ('table', 'view') AND name = ${literal(table.name)} COLLATE NOCASE)`,
  isSchemaMissing: () => null,
  tableComments: () => [],
  render: renderSqlite,
  introspection: sqliteIntrospection,
  expressionKey: sqliteExpressionKey,
  dropTable: dropTableWith,
  copy: null,
  takesColumns: false,
  locksRows: false,
  // A foreign key may name a table that does not exist yet.
  lateForeignKeys: () => noKeys,
  placeholders: (text) =>
    placeholdersWith({ placeholder: () => "?", repeatsPlaceholders: false, nestedComments: false, hasQuestionOperator: false }, text),
  bindRaw,
  // Every transaction here is serializable, which is at least as strict as whatever was asked for.
  begin: (options) => {
    isolationOf(options);
    return options.readOnly === true ? beginReading : beginWriting;
  },
  explain: (sql, { analyze }) => {
    if (!analyze) return `EXPLAIN QUERY PLAN ${sql}`;
    throw new ConfigurationError("SQLite explains how it would run a query, but cannot run and measure it. Leave out 'analyze'.");
  },
} satisfies Dialect);
