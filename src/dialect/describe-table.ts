/** A model's table as its database's own structure: types and expressions in the dialect's words, every constraint with its name. */
import type { BoundValue } from "../base/bound-value.ts";
import type { ExpressionNode } from "../ast/expression.ts";
import type { ColumnRef } from "../ast/source.ts";
import { constraintName } from "../schema/naming.ts";
import { referencedColumn } from "../schema/relations/referenced.ts";
import type { Referenced } from "../schema/relations/referenced.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, IndexTerm, TableSnapshot } from "../schema/snapshot.ts";
import type { Filler, ForeignKey, Table, TableColumn, TableIndex, TableIndexTerm, UniqueConstraint } from "../schema/table.ts";
import type { ColumnType } from "../types/column-type.ts";
import { Compilation } from "./compilation.ts";
import type { Words } from "./compilation.ts";
import { quote } from "./quote.ts";
import { Sources } from "./sources.ts";

/** What the databases write differently about tables. */
export interface TableWords {
  readonly words: Words;
  typeName(type: ColumnType): string;
  /** Conditions on a column's values besides those of every database, by what they are about. */
  checks(type: ColumnType, name: string): Readonly<Record<string, string>>;
  /** A column's value as a number, for its range. */
  asNumber(type: ColumnType, name: string): string;
  /** The name of a primary key that nobody named; `null` where it has none. */
  primaryKeyName(table: string): string | null;
  /** Whether a lone key of this type counts itself up, whatever the model says. */
  isCountedUp(column: TableColumn): boolean;
  /** Whether comments have a place. */
  readonly hasComments: boolean;
  /** What stands behind the columns. */
  tableOptions(table: Table): readonly string[];
}

/** An expression as text, its values as literals. */
const textOf = (words: Words, expression: ExpressionNode): string => new Compilation(words, new Sources(), true).spell(expression).text;

const conditions = ({ type, name }: TableColumn, table: TableWords): [string, string][] => {
  const column = quote(name);
  // A type that the user names says by itself what it holds.
  const isNamed = type.databaseType !== undefined;
  const found = isNamed ? [] : Object.entries(table.checks(type, column));
  const values = isNamed ? undefined : type.values?.map((value) => table.words.literal(value, null));
  if (values !== undefined) found.push(["values", `${column} IN (${values.join(", ")})`]);
  if (type.min !== undefined) found.push(["min", `${table.asNumber(type, column)} >= ${table.words.literal(type.min, null)}`]);
  if (type.max !== undefined) found.push(["max", `${table.asNumber(type, column)} <= ${table.words.literal(type.max, null)}`]);
  if (type.minLength !== undefined) found.push(["min_length", `length(${column}) >= ${Number(type.minLength)}`]);
  return found;
};

/** A function's value is made for each row by Petrel and is not part of the table. */
const defaultOf = (column: TableColumn, filler: Filler | null, { words }: TableWords): string | null => {
  if (filler === null || filler.from === "function") return null;
  if (filler.from === "sql") return words.stored(filler.expression, column.type, new Compilation(words, new Sources(), true));
  const encode = words.codec(column.type).encode as ((value: unknown) => BoundValue) | null;
  // The value was checked against the column when the model was read.
  const stored = filler.value === null ? null : encode === null ? (filler.value as BoundValue) : encode(filler.value);
  return stored === null ? null : words.literal(stored, column.type);
};

const generatedOf = ({ computed }: TableColumn, { words }: TableWords): ColumnSnapshot["generated"] =>
  computed && Object.freeze({ expression: textOf(words, computed.expression), stored: computed.stored });

const columnOf = (column: TableColumn, isLoneKey: boolean, table: TableWords): ColumnSnapshot =>
  Object.freeze({
    name: column.name,
    type: table.typeName(column.type),
    kind: column.type.kind,
    nullable: column.nullable && !column.primaryKey,
    default: defaultOf(column, column.default, table),
    identity: column.generated || (isLoneKey && table.isCountedUp(column)) ? "by default" : null,
    generated: generatedOf(column, table),
    collation: null,
    comment: table.hasComments ? column.comment : null,
    renamedFrom: column.renamedFrom,
  });

const names = (columns: readonly TableColumn[]): readonly string[] => Object.freeze(columns.map((column) => column.name));

const uniqueOf = ({ name, columns }: UniqueConstraint): ConstraintSnapshot =>
  Object.freeze({ kind: "unique", name, columns: names(columns), nullsNotDistinct: false, deferrable: null });

const foreignKeyOf = (key: ForeignKey): ConstraintSnapshot =>
  Object.freeze({
    kind: "foreign key",
    name: key.name,
    columns: names(key.columns),
    target: key.target,
    targetColumns: key.targetColumns,
    onDelete: key.onDelete,
    onUpdate: key.onUpdate,
    deferrable: key.deferrable,
  });

const plainTerm = (column: string): IndexTerm =>
  Object.freeze({ column, expression: null, descending: false, nulls: null, operatorClass: null, collation: null });

const termOf = ({ value, descending }: TableIndexTerm, words: Words): IndexTerm => {
  const isColumn = !("node" in value);
  const column = isColumn ? value.name : null;
  const expression = isColumn ? null : textOf(words, value);
  return Object.freeze({ column, expression, descending, nulls: null, operatorClass: null, collation: null });
};

const indexOf = (index: TableIndex, { words }: TableWords): IndexSnapshot =>
  Object.freeze({
    name: index.name,
    terms: Object.freeze(index.terms.map((term) => termOf(term, words))),
    unique: index.unique,
    nullsNotDistinct: false,
    where: index.where === null ? null : textOf(words, index.where),
    include: names(index.include),
    method: index.method ?? "btree",
    comment: null,
  });

/** Rows that are marked as deleted give their unique values free: a constraint cannot say so, an index can. No foreign key may point at its columns. */
const liveUniqueOf = ({ name, columns }: UniqueConstraint, marker: ColumnRef): IndexSnapshot =>
  Object.freeze({
    name,
    terms: Object.freeze(columns.map((column) => plainTerm(column.name))),
    unique: true,
    nullsNotDistinct: false,
    where: `${quote(marker.name)} IS NULL`,
    include: Object.freeze([]),
    method: "btree",
    comment: null,
  });

const constraintsOf = (table: Table, tableWords: TableWords, uniques: readonly UniqueConstraint[]): ConstraintSnapshot[] => {
  const check = (name: string, expression: string): ConstraintSnapshot => Object.freeze({ kind: "check", name, expression });
  return [
    Object.freeze({
      kind: "primary key",
      name: tableWords.primaryKeyName(table.name),
      columns: names(table.primaryKey),
      deferrable: null,
    }),
    ...uniques.map(uniqueOf),
    ...table.foreignKeys.map(foreignKeyOf),
    ...table.columns.flatMap((column) =>
      conditions(column, tableWords).map(([about, text]) => check(constraintName(table.name, [column.name, about], "check"), text)),
    ),
    ...table.checks.map(({ name, condition }) => check(name, textOf(tableWords.words, condition))),
  ];
};

export const describeTableWith = (tableWords: TableWords, table: Table, referenced: Referenced = new Set()): TableSnapshot => {
  const lone = table.primaryKey.length === 1 ? table.primaryKey[0] : undefined;
  const marker = table.softDelete;
  const isConstraint = ({ columns }: UniqueConstraint): boolean =>
    marker === null || columns.every((column) => referenced.has(referencedColumn(table, column.name)));
  return Object.freeze({
    schema: table.schema,
    name: table.name,
    columns: Object.freeze(table.columns.map((column) => columnOf(column, column === lone, tableWords))),
    constraints: Object.freeze(constraintsOf(table, tableWords, table.uniques.filter(isConstraint))),
    indexes: Object.freeze([
      ...table.uniques.filter((unique) => !isConstraint(unique)).map((unique) => liveUniqueOf(unique, marker!)),
      ...table.indexes.map((index) => indexOf(index, tableWords)),
    ]),
    triggers: Object.freeze([]),
    options: tableWords.tableOptions(table),
    comment: tableWords.hasComments ? table.comment : null,
    renamedFrom: table.renamedFrom,
  });
};
