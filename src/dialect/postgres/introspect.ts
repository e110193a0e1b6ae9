/** PostgreSQL's structure from its catalog: one statement per kind of thing, whatever their number (manual, "System Catalogs"). */
import { tokens } from "../../ast/tokens.ts";
import type { Action } from "../../schema/columns/column.ts";
import type {
  ColumnSnapshot,
  ConstraintSnapshot,
  Deferrable,
  EnumSnapshot,
  IndexSnapshot,
  IndexTerm,
  ObjectName,
  Snapshot,
  TableSnapshot,
  ViewSnapshot,
} from "../../schema/snapshot.ts";
import type { AnswerRow, Introspection, IntrospectionOptions } from "../introspection.ts";
import { catalogStatements } from "./catalog-statements.ts";
import { kindOf, shortTypeName } from "./type-names.ts";

const textOf = (row: AnswerRow, name: string): string => String(row[name]);
const maybe = (row: AnswerRow, name: string): string | null => (row[name] === null || row[name] === undefined ? null : String(row[name]));
/** Lists travel as JSON text. */
const listOf = <T>(row: AnswerRow, name: string): readonly T[] => {
  const text = maybe(row, name);
  return Object.freeze(text === null ? [] : (JSON.parse(text) as T[]));
};

const grouped = (rows: readonly AnswerRow[]): Map<string, AnswerRow[]> => {
  const groups = new Map<string, AnswerRow[]>();
  for (const row of rows) {
    const key = textOf(row, "table");
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
};

const identities: Readonly<Record<string, ColumnSnapshot["identity"]>> = { a: "always", d: "by default" };

const columnOf = (row: AnswerRow): ColumnSnapshot => {
  const type = shortTypeName(textOf(row, "type"));
  const isGenerated = textOf(row, "generated") !== "";
  const expression = maybe(row, "expression");
  const isSerial = row["serial"] === true;
  return Object.freeze({
    name: textOf(row, "name"),
    type,
    kind: kindOf(type),
    nullable: row["required"] !== true,
    default: isGenerated || isSerial ? null : expression,
    identity: isSerial ? "serial" : (identities[textOf(row, "identity")] ?? null),
    generated: isGenerated && expression !== null ? Object.freeze({ expression, stored: textOf(row, "generated") === "s" }) : null,
    collation: maybe(row, "collation"),
    comment: maybe(row, "comment"),
    renamedFrom: null,
  });
};

const actions: Readonly<Record<string, Action>> = { a: "no action", r: "restrict", c: "cascade", n: "set null", d: "set default" };

const deferrableOf = (row: AnswerRow): Deferrable =>
  row["deferrable"] !== true ? null : row["deferred"] === true ? "initially deferred" : "initially immediate";

const constraintOf = (row: AnswerRow): ConstraintSnapshot => {
  const name = textOf(row, "name");
  const columns = listOf<string>(row, "columns");
  const deferrable = deferrableOf(row);
  switch (textOf(row, "kind")) {
    case "p":
      return Object.freeze({ kind: "primary key", name, columns, deferrable });
    case "u":
      return Object.freeze({ kind: "unique", name, columns, nullsNotDistinct: row["nullsNotDistinct"] === true, deferrable });
    case "f":
      return Object.freeze({
        kind: "foreign key",
        name,
        columns,
        target: Object.freeze({ schema: maybe(row, "targetSchema"), name: textOf(row, "target") }),
        targetColumns: listOf<string>(row, "targetColumns"),
        onDelete: actions[textOf(row, "onDelete")] ?? "no action",
        onUpdate: actions[textOf(row, "onUpdate")] ?? "no action",
        deferrable,
      });
    case "c":
      return Object.freeze({ kind: "check", name, expression: textOf(row, "expression") });
    default:
      return Object.freeze({ kind: "exclusion", name, definition: textOf(row, "definition") });
  }
};

interface CatalogTerm {
  readonly column: string | null;
  readonly expression: string | null;
  readonly option: number;
  readonly operatorClass: string | null;
  readonly collation: string | null;
}

/** The first bit of the option says downwards, the second NULLs first, which is how downwards puts them by itself. */
const termOf = ({ column, expression, option, operatorClass, collation }: CatalogTerm): IndexTerm => {
  const descending = (option & 1) !== 0;
  const nullsFirst = (option & 2) !== 0;
  const nulls = nullsFirst === descending ? null : nullsFirst ? "first" : "last";
  return Object.freeze({ column, expression, descending, nulls, operatorClass, collation });
};

const indexOf = (row: AnswerRow): IndexSnapshot =>
  Object.freeze({
    name: textOf(row, "name"),
    terms: Object.freeze(listOf<CatalogTerm>(row, "terms").map(termOf)),
    unique: row["unique"] === true,
    nullsNotDistinct: row["nullsNotDistinct"] === true,
    where: maybe(row, "where"),
    include: listOf<string>(row, "include"),
    method: textOf(row, "method"),
    comment: maybe(row, "comment"),
  });

const nameOf = (row: AnswerRow): ObjectName => ({ schema: maybe(row, "schema"), name: textOf(row, "name") });

const optionsOf = (row: AnswerRow): readonly string[] => {
  const partitions = maybe(row, "partitions");
  return Object.freeze([
    ...(row["persistence"] === "u" ? ["UNLOGGED"] : []),
    ...(partitions === null ? [] : [`PARTITION BY ${partitions}`]),
  ]);
};

const enumOf = (row: AnswerRow): EnumSnapshot =>
  Object.freeze({ ...nameOf(row), values: listOf<string>(row, "values"), comment: maybe(row, "comment") });

const viewOf = (row: AnswerRow): ViewSnapshot =>
  Object.freeze({
    ...nameOf(row),
    definition: textOf(row, "definition"),
    materialized: row["kind"] === "m",
    reads: listOf<ObjectName>(row, "reads"),
    comment: maybe(row, "comment"),
  });

const readAll = (answers: readonly (readonly AnswerRow[])[]): Snapshot => {
  const [schemas = [], tables = [], columns = [], constraints = [], indexes = [], enums = [], views = []] = answers;
  const columnsOf = grouped(columns);
  const constraintsOf = grouped(constraints);
  const indexesOf = grouped(indexes);
  const tableOf = (row: AnswerRow): TableSnapshot => {
    const id = textOf(row, "id");
    return Object.freeze({
      ...nameOf(row),
      columns: Object.freeze((columnsOf.get(id) ?? []).map(columnOf)),
      constraints: Object.freeze((constraintsOf.get(id) ?? []).map(constraintOf)),
      indexes: Object.freeze((indexesOf.get(id) ?? []).map(indexOf)),
      triggers: Object.freeze([]),
      options: optionsOf(row),
      comment: maybe(row, "comment"),
      renamedFrom: null,
    });
  };
  return Object.freeze({
    format: 1,
    dialect: "postgres",
    source: "database",
    schemas: Object.freeze(schemas.map((row) => textOf(row, "name"))),
    enums: Object.freeze(enums.map(enumOf)),
    tables: Object.freeze(tables.map(tableOf)),
    views: Object.freeze(views.map(viewOf)),
  });
};

export const postgresIntrospection = (options: IntrospectionOptions): Introspection => ({
  statements: catalogStatements(options),
  read: readAll,
});

/** An expression without the blanks and comments between its words, and without quotes around names that need none. */
export const postgresExpressionKey = (expression: string): string =>
  [...tokens(expression, true)]
    .filter(({ kind, text }) => text.trim() !== "" && !(kind === "opaque" && /^(?:--|\/\*)/.test(text)))
    .map(({ text }) => (/^"[a-z_][a-z0-9_$]*"$/.test(text) ? text.slice(1, -1) : text))
    .join(" ");
