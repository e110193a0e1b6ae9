/** A whole statement as text. */
import type { ParameterNode, SelectStatement } from "../ast/expression.ts";
import { BugError, ConfigurationError } from "../base/errors.ts";
import type { RawStatement, Statement } from "../ast/statement.ts";
import type { DeleteStatement, InsertSelectStatement, InsertStatement, InsertValue, UpdateStatement } from "../ast/write.ts";
import type { ColumnRef, Source } from "../ast/source.ts";
import { changesData } from "./changes-data.ts";
import { columnBySubquery, items, returning, selectOf, subselect, where } from "./clauses.ts";
import { Compilation } from "./compilation.ts";
import type { Words } from "./compilation.ts";
import type { Compiled } from "./dialect.ts";
import { rawText } from "./expressions.ts";
import { mentionsGiven } from "./given-rows.ts";
import { qualified, quote, quoteAll } from "./quote.ts";
import { sourcesOf } from "./sources.ts";

const isCut = (statement: SelectStatement): boolean => statement.limit !== null || statement.offset !== null;
const isGrouped = (statement: SelectStatement): boolean => statement.groupBy.length > 0 || statement.having !== null;

/** What is left of a select when only its rows are counted: their order matters only to a limit, their columns only to DISTINCT. */
const countable = (statement: SelectStatement): SelectStatement => {
  if (statement.wrap === null) return statement;
  const keepsItems = statement.distinct && (statement.wrap === "count" || isCut(statement));
  return {
    ...statement,
    items: keepsItems ? statement.items : [],
    distinct: keepsItems,
    orderBy: isCut(statement) ? statement.orderBy : [],
    lock: null,
  };
};

const select = (statement: SelectStatement, compilation: Compilation): string => {
  const spellItems = (): string => (statement.items.length === 0 ? "1" : items(statement.items, compilation));
  if (statement.wrap === "exists") return `SELECT EXISTS (${selectOf(statement, compilation, spellItems)})`;
  if (statement.wrap === null) return selectOf(statement, compilation, spellItems);
  const needsSubquery = statement.distinct || isCut(statement) || isGrouped(statement);
  if (!needsSubquery) return selectOf(statement, compilation, () => "count(*)");
  return `SELECT count(*) FROM (${selectOf(statement, compilation, spellItems)}) AS "rows"`;
};

const insertValue = (value: InsertValue, column: ColumnRef, compilation: Compilation): string => {
  if (value.node === "default") return compilation.words.defaultValue();
  if (value.node === "parameter") return compilation.spell(value).text;
  return compilation.words.stored(value, column.type, compilation);
};

const row = (values: readonly InsertValue[], columns: readonly ColumnRef[], compilation: Compilation): string => {
  if (values.length !== columns.length) throw new BugError("a row to insert has not one value for each column.");
  return `(${values.map((value, index) => insertValue(value, columns[index]!, compilation)).join(", ")})`;
};

/**
 * `SELECT "given"."1", … FROM unnest($1::int[], …) AS "given" ("1", …)`: the rows come back in the order of the lists.
 * What is the same in every row stands before the lists, and is bound before them.
 */
const columnsOfValues = ({ columns, rows, conflict: onConflict }: InsertStatement, compilation: Compilation): string => {
  const isList = (value: InsertValue): value is ParameterNode => value.node === "parameter" && value.form === "column";
  const same = rows[0]!.map((value, index) => (isList(value) ? null : insertValue(value, columns[index]!, compilation)));
  const selected = rows[0]!.map((value, index) => same[index] ?? compilation.given({ node: "given", list: value as ParameterNode }));
  const { words, givenRows } = compilation;
  // Without a WHERE, SQLite takes the ON of ON CONFLICT for that of a join (https://sqlite.org/lang_upsert.html, 2.2).
  const end = words.rowsOfLists !== undefined && onConflict !== null ? " WHERE true" : "";
  return ` (${quoteAll(columns)}) SELECT ${selected.join(", ")} FROM ${givenRows.text(words.rowsOfLists)}${end}`;
};

const values = (statement: InsertStatement, compilation: Compilation): string => {
  const { columns, rows } = statement;
  if (rows[0]?.some((value) => value.node === "parameter" && value.form === "column") === true)
    return columnsOfValues(statement, compilation);
  if (columns.length > 0) return ` (${quoteAll(columns)}) VALUES ${rows.map((tuple) => row(tuple, columns, compilation)).join(", ")}`;
  if (rows.length > 1) throw new BugError("several rows without columns cannot be inserted by one statement.");
  return " DEFAULT VALUES";
};

const set = (assignments: UpdateStatement["set"], compilation: Compilation): string =>
  assignments
    .map(([column, value]) => {
      const text = value.node === "parameter" ? compilation.spell(value).text : compilation.words.stored(value, column.type, compilation);
      return `${quote(column.name)} = ${text}`;
    })
    .join(", ");

/** Inside DO UPDATE two rows are in sight, so columns are written with their table. */
const conflict = (statement: InsertStatement, compilation: Compilation): string => {
  if (statement.conflict === null) return "";
  const { target, update, liveOnly } = statement.conflict;
  const marker = liveOnly === true ? statement.table.softDelete : null;
  const live = marker === null ? "" : ` WHERE ${quote(marker.name)} IS NULL`;
  const start = ` ON CONFLICT${target.length === 0 ? "" : ` (${quoteAll(target)})${live}`} DO`;
  if (update.length === 0) return `${start} NOTHING`;
  const wasQualified = compilation.qualified;
  compilation.qualified = true;
  const text = `${start} UPDATE SET ${set(update, compilation)}`;
  compilation.qualified = wasQualified;
  return text;
};

/** `INSERT INTO` and the table, whose columns go by its name. */
const into = ({ table }: InsertStatement | InsertSelectStatement, compilation: Compilation): string => {
  compilation.writes(table);
  for (const root of compilation.sources.rootsOf(table)) compilation.names.set(root, table.name);
  compilation.aliases.takeTable(table.name);
  return `INSERT INTO ${qualified(table)}`;
};

const insertSelect = (statement: InsertSelectStatement, compilation: Compilation): string => {
  const start = `${into(statement, compilation)} (${quoteAll(statement.columns)})`;
  return `${start} ${subselect(statement.select, compilation)}${returning(statement.returning, compilation)}`;
};

const insert = (statement: InsertStatement, compilation: Compilation): string => {
  const text = into(statement, compilation) + values(statement, compilation);
  const onConflict = conflict(statement, compilation);
  return text + onConflict + returning(statement.returning, compilation);
};

/** Rows of a statement that cannot join: columns of other tables are read by a subquery each. */
const target = (statement: UpdateStatement | DeleteStatement, compilation: Compilation): string => {
  compilation.writes(statement.source.table);
  compilation.seesDeleted = statement.deleted === "include";
  compilation.reads(statement.source.table);
  compilation.names.set(statement.source, compilation.aliases.takeTable(statement.source.table.name));
  if (statement.where !== null && mentionsGiven(statement.where)) compilation.qualified = true;
  return qualified(statement.source.table);
};

/** `FROM unnest(…)`, once everything that names its lists has been spelled. */
const joinedLists = (word: "FROM" | "USING", { givenRows, words }: Compilation): string => {
  if (givenRows.isEmpty) return "";
  if (words.rowsOfLists !== undefined) throw new BugError("a change has lists of values for a database that takes none in it.");
  return ` ${word} ${givenRows.text(undefined)}`;
};

const update = (statement: UpdateStatement, compilation: Compilation): string => {
  const table = target(statement, compilation);
  const assignments = set(statement.set, compilation);
  const filter = where(statement.source, statement.where, statement.deleted, compilation);
  const back = returning(statement.returning, compilation);
  return `UPDATE ${table} SET ${assignments}${joinedLists("FROM", compilation)}${filter}${back}`;
};

const remove = (statement: DeleteStatement, compilation: Compilation): string => {
  const table = target(statement, compilation);
  const filter = where(statement.source, statement.where, statement.deleted, compilation);
  const back = returning(statement.returning, compilation);
  return `DELETE FROM ${table}${joinedLists("USING", compilation)}${filter}${back}`;
};

/** In text of the user's own, a model's column goes by its table's name; what lies behind a relation has no name there. */
const columnOfNamedTable = (source: Source, column: ColumnRef): string => {
  if (source.parent === null) return `${qualified(source.table)}.${quote(column.name)}`;
  throw new ConfigurationError(
    `sql: '${column.property}' is reached through a relation, which only a query joins. Name the model's own column, and write the JOIN yourself.`,
    { property: column.property },
  );
};

/** What a text of the user's own does with the tables it names is guessed from its words, and errs towards writing. */
const raw = (statement: RawStatement, words: Words): Compiled => {
  const compilation = new Compilation(words, sourcesOf(statement));
  compilation.unjoined = columnOfNamedTable;
  const compiled = compilation.finish(rawText(statement.sql, compilation));
  return compilation.readTables.length > 0 && changesData(compiled.sql) ? { ...compiled, writes: compilation.readTables } : compiled;
};

const textOf = (statement: Exclude<Statement, RawStatement>, compilation: Compilation): string => {
  switch (statement.statement) {
    case "select":
      return select(statement, compilation);
    case "insert":
      return insert(statement, compilation);
    case "insertSelect":
      return insertSelect(statement, compilation);
    case "update":
      return update(statement, compilation);
    case "delete":
      return remove(statement, compilation);
    default:
      throw new BugError("a statement is of an unknown kind.");
  }
};

/** The text of `statement` in a database's words, and what its placeholders are bound to. */
export const compileWith = (words: Words, given: Statement): Compiled => {
  if (given.statement === "raw") return raw(given, words);
  const statement = given.statement === "select" ? countable(given) : given;
  const compilation = new Compilation(words, sourcesOf(statement));
  compilation.unjoined = (source, column) => columnBySubquery(source, column, compilation);
  return compilation.finish(textOf(statement, compilation));
};
