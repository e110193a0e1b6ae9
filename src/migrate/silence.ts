/** What models have no words for is not theirs to remove: a structure that models ask for takes it from the one that is there. */
import { keyOf } from "../schema/snapshot.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, Snapshot, TableSnapshot } from "../schema/snapshot.ts";

const sameList = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** Collations, computed columns and the stricter identity. A computed column is a plain one to a model, which gives it no default. */
const completedColumn = (column: ColumnSnapshot, there: ColumnSnapshot | undefined): ColumnSnapshot => {
  if (there === undefined) return column;
  const isComputed = there.generated !== null && column.generated === null && column.default === null && column.type === there.type;
  return Object.freeze({
    ...column,
    collation: column.collation ?? (column.type === there.type ? there.collation : null),
    generated: isComputed ? there.generated : column.generated,
    nullable: isComputed ? there.nullable : column.nullable,
    identity: column.identity === "by default" && there.identity === "always" ? "always" : column.identity,
  });
};

/** When a constraint is looked at, and whether its NULLs are alike. */
const completedConstraint = (constraint: ConstraintSnapshot, there: readonly ConstraintSnapshot[]): ConstraintSnapshot => {
  if (constraint.kind === "check" || constraint.kind === "exclusion") return constraint;
  const found = there.find(
    (other) =>
      other.kind === constraint.kind &&
      sameList(other.columns, constraint.columns) &&
      (other.kind !== "foreign key" || other.name === constraint.name),
  );
  if (found === undefined || found.kind === "check" || found.kind === "exclusion") return constraint;
  const deferrable = constraint.deferrable ?? found.deferrable;
  if (constraint.kind !== "unique" || found.kind !== "unique") return Object.freeze({ ...constraint, deferrable });
  return Object.freeze({ ...constraint, deferrable, nullsNotDistinct: constraint.nullsNotDistinct || found.nullsNotDistinct });
};

/** Comments, and of columns in an index the operator class, the collation and the place of NULLs. */
const completedIndex = (index: IndexSnapshot, there: readonly IndexSnapshot[]): IndexSnapshot => {
  const found = there.find((other) => other.name === index.name);
  if (found === undefined) return index;
  const terms = index.terms.map((term, place) => {
    const other = found.terms[place];
    if (other === undefined || other.column !== term.column || other.descending !== term.descending) return term;
    return Object.freeze({ ...term, operatorClass: other.operatorClass, collation: other.collation, nulls: other.nulls });
  });
  return Object.freeze({ ...index, terms: Object.freeze(terms), nullsNotDistinct: found.nullsNotDistinct, comment: found.comment });
};

const completedTable = (table: TableSnapshot, there: TableSnapshot | undefined, dialect: Snapshot["dialect"]): TableSnapshot => {
  if (there === undefined) return table;
  const columns = table.columns.map((column) =>
    completedColumn(
      column,
      there.columns.find((other) => other.name === column.name),
    ),
  );
  const constraints = table.constraints.map((constraint) => completedConstraint(constraint, there.constraints));
  return Object.freeze({
    ...table,
    columns: Object.freeze(columns),
    constraints: Object.freeze([...constraints, ...there.constraints.filter((constraint) => constraint.kind === "exclusion")]),
    indexes: Object.freeze(table.indexes.map((index) => completedIndex(index, there.indexes))),
    triggers: there.triggers,
    options: dialect === "postgres" ? there.options : table.options,
  });
};

/** `to` with what `from` has and models cannot say, where `to` is what models ask for: schemas, enums, views, triggers, exclusions, and finer points of the rest. */
export const completed = (to: Snapshot, from: Snapshot): Snapshot => {
  if (to.source === "database" || from.source === "models") return to;
  const there = new Map(from.tables.map((table) => [keyOf(table), table]));
  return Object.freeze({
    ...to,
    source: "database",
    schemas: from.schemas,
    enums: from.enums,
    views: from.views,
    tables: Object.freeze(to.tables.map((table) => completedTable(table, there.get(keyOf(table)), to.dialect))),
  });
};
