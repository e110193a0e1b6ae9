/** SQLite's structure: its pragmas, joined over all tables at once, and the text of CREATE TABLE for what they do not say. */
import type { Kind } from "../../types/column-type.ts";
import type { Action } from "../../schema/columns/column.ts";
import type {
  ColumnSnapshot,
  ConstraintSnapshot,
  IndexSnapshot,
  IndexTerm,
  Snapshot,
  TableSnapshot,
  ViewSnapshot,
} from "../../schema/snapshot.ts";
import type { AnswerRow, Introspection, IntrospectionOptions } from "../introspection.ts";
import { isMark, sqlTokens } from "./sql-tokens.ts";
import { readIndexText, readTableText } from "./table-text.ts";
import type { ConstraintText, TableText } from "./table-text.ts";

const statementsFor = (schema: "main" | "temp"): readonly string[] => {
  const master = schema === "main" ? "main.sqlite_master" : "temp.sqlite_master";
  const own = String.raw`m.name NOT LIKE 'sqlite\_%' ESCAPE '\'`;
  return [
    `SELECT m.type, m.name, m.tbl_name AS "table", m.sql FROM ${master} AS m WHERE ${own} ORDER BY m.name`,
    `SELECT l.name, l.type, l.wr, l.strict FROM pragma_table_list AS l WHERE l.schema = '${schema}'`,
    `SELECT m.name AS "table", x.name, x.type, x."notnull" AS required, x.dflt_value AS filled, x.pk, x.hidden FROM ${master} AS m, pragma_table_xinfo(m.name, '${schema}') AS x WHERE m.type = 'table' AND ${own} ORDER BY m.name, x.cid`,
    `SELECT m.name AS "table", k.id, k."table" AS target, k."from" AS "column", k."to" AS "targetColumn", k.on_update AS "onUpdate", k.on_delete AS "onDelete" FROM ${master} AS m, pragma_foreign_key_list(m.name, '${schema}') AS k WHERE m.type = 'table' AND ${own} ORDER BY m.name, k.id DESC, k.seq`,
    `SELECT m.name AS "table", l.name, l."unique", l.origin, x.name AS "column", x."desc" AS descending, x.coll FROM ${master} AS m, pragma_index_list(m.name, '${schema}') AS l, pragma_index_xinfo(l.name, '${schema}') AS x WHERE m.type = 'table' AND ${own} AND x.key = 1 ORDER BY m.name, l.seq DESC, x.seqno`,
  ];
};

const kinds: Readonly<Record<string, Kind>> = {
  INTEGER: "int",
  INT: "int",
  BIGINT: "bigint",
  REAL: "float",
  TEXT: "text",
  BLOB: "bytes",
};

const grouped = (rows: readonly AnswerRow[], by: string): Map<string, AnswerRow[]> => {
  const groups = new Map<string, AnswerRow[]>();
  for (const row of rows) {
    const key = String(row[by]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
};

const same = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, place) => name.toLowerCase() === b[place]!.toLowerCase());

const columnOf = (row: AnswerRow, keyColumns: readonly string[], isRowid: boolean, text: TableText): ColumnSnapshot => {
  const name = String(row["name"]);
  const written = text.columns.find((column) => column.name === name);
  const type = String(row["type"]);
  const isCounted = isRowid && keyColumns.length === 1 && keyColumns[0] === name && type.toUpperCase() === "INTEGER";
  return Object.freeze({
    name,
    type,
    kind: kinds[type.toUpperCase()] ?? null,
    nullable: Number(row["required"]) === 0 && !isCounted,
    default: typeof row["filled"] === "string" ? row["filled"] : null,
    identity: isCounted ? (written?.autoincrement === true ? "always" : "by default") : null,
    generated: written?.generated ?? null,
    collation: written?.collation ?? null,
    comment: null,
    renamedFrom: null,
  });
};

/** The written constraint of this kind on these columns, which tells the name; each is found once. */
const takeWritten = (written: ConstraintText[], kind: ConstraintText["kind"], columns: readonly string[]): ConstraintText | undefined => {
  const place = written.findIndex((each) => each.kind === kind && same(each.columns, columns));
  return place < 0 ? undefined : written.splice(place, 1)[0];
};

const keyConstraint = (columns: readonly string[], written: ConstraintText[]): ConstraintSnapshot[] => {
  if (columns.length === 0) return [];
  const name = takeWritten(written, "primary key", columns)?.name ?? null;
  return [Object.freeze({ kind: "primary key", name, columns: Object.freeze(columns), deferrable: null })];
};

const uniqueConstraints = (rows: readonly AnswerRow[], written: ConstraintText[]): ConstraintSnapshot[] =>
  [...grouped(rows, "name").values()].map((terms) => {
    const columns = Object.freeze(terms.map((term) => String(term["column"])));
    const name = takeWritten(written, "unique", columns)?.name ?? null;
    return Object.freeze({ kind: "unique", name, columns, nullsNotDistinct: false, deferrable: null });
  });

const foreignKeys = (
  rows: readonly AnswerRow[],
  written: ConstraintText[],
  keys: (table: string) => readonly string[],
): ConstraintSnapshot[] =>
  [...grouped(rows, "id").values()].map((parts) => {
    const [first] = parts as [AnswerRow];
    const columns = Object.freeze(parts.map((part) => String(part["column"])));
    const found = takeWritten(written, "foreign key", columns);
    const target = String(first["target"]);
    // Without columns it means the primary key.
    const targetColumns = parts.every((part) => part["targetColumn"] !== null)
      ? parts.map((part) => String(part["targetColumn"]))
      : keys(target);
    return Object.freeze({
      kind: "foreign key",
      name: found?.name ?? null,
      columns,
      target: Object.freeze({ schema: null, name: target }),
      targetColumns: Object.freeze(targetColumns),
      onDelete: String(first["onDelete"]).toLowerCase() as Action,
      onUpdate: String(first["onUpdate"]).toLowerCase() as Action,
      deferrable: found?.deferrable ?? null,
    });
  });

const indexOf = (terms: readonly AnswerRow[], sql: string): IndexSnapshot => {
  const written = readIndexText(sql);
  const [first] = terms as [AnswerRow];
  return Object.freeze({
    name: String(first["name"]),
    terms: Object.freeze(
      terms.map((term, place): IndexTerm => {
        const column = term["column"] === null ? null : String(term["column"]);
        const expression = column === null ? (written.terms[place] ?? "") : null;
        const collation = String(term["coll"]).toUpperCase() === "BINARY" ? null : String(term["coll"]);
        return Object.freeze({
          column,
          expression,
          descending: Number(term["descending"]) === 1,
          nulls: null,
          operatorClass: null,
          collation,
        });
      }),
    ),
    unique: Number(first["unique"]) === 1,
    nullsNotDistinct: false,
    where: written.where,
    include: Object.freeze([]),
    method: "btree",
    comment: null,
  });
};

const viewOf = (row: AnswerRow, names: ReadonlyMap<string, string>): ViewSnapshot => {
  const definition = String(row["sql"]);
  const own = String(row["name"]);
  const read = new Set<string>();
  for (const token of sqlTokens(definition)) {
    const name = token.kind === "word" || token.kind === "name" ? names.get(token.value.toLowerCase()) : undefined;
    if (name !== undefined && name !== own) read.add(name);
  }
  const reads = [...read].map((name) => Object.freeze({ schema: null, name }));
  return Object.freeze({ schema: null, name: own, definition, materialized: false, reads: Object.freeze(reads), comment: null });
};

const readAll = (answers: readonly (readonly AnswerRow[])[]): Snapshot => {
  const [objects = [], list = [], columns = [], keys = [], indexes = []] = answers;
  const columnsByTable = grouped(columns, "table");
  const keysByTable = grouped(keys, "table");
  const indexesByTable = grouped(indexes, "table");
  const triggers = grouped(
    objects.filter((row) => row["type"] === "trigger"),
    "table",
  );
  const indexSql = new Map(objects.filter((row) => row["type"] === "index").map((row) => [String(row["name"]), String(row["sql"])]));
  const listed = new Map(list.map((row) => [String(row["name"]), row]));
  const primaryKey = (table: string): string[] => {
    const own = (columnsByTable.get(table) ?? []).filter((row) => Number(row["pk"]) > 0);
    return own.sort((a, b) => Number(a["pk"]) - Number(b["pk"])).map((row) => String(row["name"]));
  };
  const tableOf = (row: AnswerRow): TableSnapshot => {
    const name = String(row["name"]);
    const facts = listed.get(name);
    const text = readTableText(String(row["sql"]));
    const written = [...text.constraints];
    const key = primaryKey(name);
    const isRowid = Number(facts?.["wr"] ?? 0) === 0;
    const own = indexesByTable.get(name) ?? [];
    const collation = new Map(text.columns.map((column) => [column.name, column.collation]));
    const found: ConstraintSnapshot[] = [
      ...keyConstraint(key, written),
      ...uniqueConstraints(
        own.filter((each) => each["origin"] === "u"),
        written,
      ),
      ...foreignKeys(keysByTable.get(name) ?? [], written, primaryKey),
      ...written
        .filter((each) => each.kind === "check")
        .map((each) => Object.freeze({ kind: "check" as const, name: each.name, expression: each.expression })),
    ];
    const made = [
      ...grouped(
        own.filter((each) => each["origin"] === "c"),
        "name",
      ).entries(),
    ];
    return Object.freeze({
      schema: null,
      name,
      columns: Object.freeze(
        (columnsByTable.get(name) ?? []).filter((each) => Number(each["hidden"]) !== 1).map((each) => columnOf(each, key, isRowid, text)),
      ),
      constraints: Object.freeze(found),
      indexes: Object.freeze(made.map(([index, terms]) => withoutOwnCollation(indexOf(terms, indexSql.get(index) ?? ""), collation))),
      triggers: Object.freeze(
        (triggers.get(name) ?? []).map((each) => Object.freeze({ name: String(each["name"]), definition: String(each["sql"]) })),
      ),
      options: Object.freeze([...(Number(facts?.["strict"]) === 1 ? ["STRICT"] : []), ...(isRowid ? [] : ["WITHOUT ROWID"])]),
      comment: null,
      renamedFrom: null,
    });
  };
  // Virtual tables are made of others, which are theirs alone.
  const isOrdinary = (row: AnswerRow): boolean => row["type"] === "table" && listed.get(String(row["name"]))?.["type"] === "table";
  const names = new Map(
    objects.filter((row) => row["type"] !== "index").map((row) => [String(row["name"]).toLowerCase(), String(row["name"])]),
  );
  return Object.freeze({
    format: 1,
    dialect: "sqlite",
    source: "database",
    schemas: Object.freeze([]),
    enums: Object.freeze([]),
    tables: Object.freeze(objects.filter(isOrdinary).map(tableOf)),
    views: Object.freeze(objects.filter((row) => row["type"] === "view").map((row) => viewOf(row, names))),
  });
};

/** An index sorts a column as the column says, unless the index says otherwise. */
const withoutOwnCollation = (index: IndexSnapshot, collation: ReadonlyMap<string, string | null>): IndexSnapshot =>
  Object.freeze({
    ...index,
    terms: Object.freeze(
      index.terms.map((term) => {
        const own = term.column === null ? null : (collation.get(term.column) ?? null);
        return own !== null && own.toUpperCase() === term.collation?.toUpperCase() ? Object.freeze({ ...term, collation: null }) : term;
      }),
    ),
  });

export const sqliteIntrospection = ({ temporary = false }: IntrospectionOptions): Introspection => ({
  statements: statementsFor(temporary ? "temp" : "main"),
  read: readAll,
});

/** An expression without what means nothing: blanks, comments, quotes around plain names, outer parentheses, the case of bare words. */
export const sqliteExpressionKey = (expression: string): string => {
  const tokens = sqlTokens(expression);
  let [first, end] = [0, tokens.length];
  while (end - first > 2 && isMark(tokens[first], "(") && isWrapped(tokens, first, end)) [first, end] = [first + 1, end - 1];
  return tokens
    .slice(first, end)
    .map((token) => (token.kind === "word" || token.kind === "name" ? token.value.toLowerCase() : token.text))
    .join(" ");
};

const isWrapped = (tokens: ReturnType<typeof sqlTokens>, first: number, end: number): boolean => {
  let depth = 0;
  for (let at = first; at < end; at++) {
    if (isMark(tokens[at], "(")) depth++;
    else if (isMark(tokens[at], ")") && --depth === 0) return at === end - 1;
  }
  return false;
};
