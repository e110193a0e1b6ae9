/** What models have no words for is not theirs to remove: a structure that models ask for takes it from the one that is there. */
import { checkKeyOf } from "../generate/check-key.ts";
import { keyOf, sameName } from "../../schema/snapshot.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, Snapshot, TableSnapshot } from "../../schema/snapshot.ts";
import type { Renames } from "./renames.ts";
import type { Sameness } from "./sameness.ts";

const sameList = (a: readonly string[], b: readonly string[]): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The stricter one of two; and columns beside the key that count themselves up. */
const completedIdentity = (column: ColumnSnapshot, there: ColumnSnapshot): ColumnSnapshot["identity"] => {
  if (column.identity === "by default" && there.identity === "always") return "always";
  const isSilent = column.identity === null && column.default === null && column.type === there.type;
  return isSilent && !there.nullable ? there.identity : column.identity;
};

/** Collations, the stricter identity, and that a column is computed where a model has a plain one without a default. */
const completedColumn = (column: ColumnSnapshot, there: ColumnSnapshot | undefined): ColumnSnapshot => {
  if (there === undefined) return column;
  const isComputed = there.generated !== null && column.generated === null && column.default === null && column.type === there.type;
  return Object.freeze({
    ...column,
    collation: column.collation ?? (column.type === there.type ? there.collation : null),
    generated: isComputed ? there.generated : column.generated,
    nullable: isComputed ? there.nullable : column.nullable,
    identity: completedIdentity(column, there),
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

/** A constraint that is there under another name, which the model cannot say, keeps it. Of constraints it says those of checks alone. */
const withOwnNames = (
  table: TableSnapshot,
  constraints: readonly ConstraintSnapshot[],
  there: readonly ConstraintSnapshot[],
  same: Sameness,
): readonly ConstraintSnapshot[] => {
  const said = new Set(constraints.map(({ name }) => name));
  const free = there.filter(
    ({ kind, name }) => name !== null && !said.has(name) && (kind !== "check" || checkKeyOf(table.name, name) === null),
  );
  return constraints.map((constraint) => {
    if (constraint.kind === "exclusion" || there.some(({ name }) => name !== null && name === constraint.name)) return constraint;
    const place = free.findIndex((other) => same.constraint(other, constraint));
    const [found] = place < 0 ? [] : free.splice(place, 1);
    return found === undefined ? constraint : Object.freeze({ ...constraint, name: found.name });
  });
};

/** Exclusions, and foreign keys to tables of other schemas that have no model. */
const isUnsaid = (constraint: ConstraintSnapshot, { columns }: TableSnapshot, modelled: ReadonlySet<string>): boolean => {
  if (constraint.kind !== "foreign key") return constraint.kind === "exclusion";
  const isThere = (name: string): boolean => columns.some((column) => column.name === name);
  return constraint.target.schema !== null && !modelled.has(keyOf(constraint.target)) && constraint.columns.every(isThere);
};

interface Completion {
  readonly same: Sameness;
  readonly keepsNames: boolean;
  /** The tables that have a model, by their keys. */
  readonly modelled: ReadonlySet<string>;
}

const completedTable = (
  table: TableSnapshot,
  there: TableSnapshot | undefined,
  { same, keepsNames, modelled }: Completion,
): TableSnapshot => {
  if (there === undefined) return table;
  const columns = table.columns.map((column) =>
    completedColumn(
      column,
      there.columns.find((other) => other.name === column.name),
    ),
  );
  const completedConstraints = table.constraints.map((constraint) => completedConstraint(constraint, there.constraints));
  const constraints = keepsNames ? withOwnNames(table, completedConstraints, there.constraints, same) : completedConstraints;
  return Object.freeze({
    ...table,
    columns: Object.freeze(columns),
    constraints: Object.freeze([...constraints, ...there.constraints.filter((constraint) => isUnsaid(constraint, table, modelled))]),
    indexes: Object.freeze(table.indexes.map((index) => completedIndex(index, there.indexes))),
    triggers: there.triggers,
    options: same.dialect === "postgres" ? there.options : table.options,
  });
};

/**
 * `to` with what `from` has and models cannot say, where `to` is what models ask for: schemas, enums, views, triggers, exclusions, names, and finer points of the
 * rest. A table that is renamed, or has a column that is, gets the names that the model makes.
 */
export const completed = (to: Snapshot, from: Snapshot, same: Sameness, renames: Pick<Renames, "tables" | "columns">): Snapshot => {
  if (to.source === "database" || from.source === "models") return to;
  const there = new Map(from.tables.map((table) => [keyOf(table), table]));
  const renamed = [...renames.tables.map((each) => each.to), ...renames.columns.map((each) => each.table)];
  const keepsNames = (table: TableSnapshot): boolean => !renamed.some((name) => sameName(name, table));
  const modelled = new Set(to.tables.map(keyOf));
  return Object.freeze({
    ...to,
    source: "database",
    schemas: Object.freeze([...new Set([...from.schemas, ...to.schemas])].toSorted()),
    enums: from.enums,
    views: from.views,
    tables: Object.freeze(
      to.tables.map((table) => completedTable(table, there.get(keyOf(table)), { same, keepsNames: keepsNames(table), modelled })),
    ),
  });
};
