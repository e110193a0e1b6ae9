/** The steps between two forms of one table, both under the same name and with the same names of columns. */
import { tokens } from "../../ast/tokens.ts";
import { canAddColumn, isMentioned } from "../../dialect/sqlite/table-changes.ts";
import type { Change } from "../../schema/change.ts";
import { keyOf } from "../../schema/snapshot.ts";
import type { ColumnSnapshot, ConstraintSnapshot, IndexSnapshot, ObjectName, TableSnapshot } from "../../schema/snapshot.ts";
import { pair } from "./sameness.ts";
import type { Sameness } from "./sameness.ts";
import { Steps } from "./steps.ts";
import type { Phase } from "./steps.ts";

export interface TableChange {
  readonly from: TableSnapshot;
  readonly to: TableSnapshot;
  /** Columns that get another type, or go: what is made of them cannot stay. */
  readonly unsettled: ReadonlySet<string>;
}

const wordsOf = (expression: string): Set<string> => {
  const found = new Set<string>();
  for (const { kind, text } of tokens(expression, true)) {
    if (kind === "word") found.add(text.toLowerCase()).add(text);
    else if (kind === "opaque" && /^["`]/.test(text)) found.add(text.slice(1, -1).replaceAll('""', '"'));
  }
  return found;
};

const names = (expression: string | null, columns: ReadonlySet<string>): boolean => {
  if (expression === null || columns.size === 0) return false;
  const words = wordsOf(expression);
  return [...columns].some((column) => words.has(column));
};

export const unsettledColumns = (from: TableSnapshot, to: TableSnapshot, same: Sameness): ReadonlySet<string> => {
  const after = new Map(to.columns.map((column) => [column.name, column]));
  const isUnsettled = (column: ColumnSnapshot): boolean => {
    const next = after.get(column.name);
    return next === undefined || !same.type(column, next) || !same.generated(column, next);
  };
  return new Set(from.columns.filter(isUnsettled).map((column) => column.name));
};

const columnSteps = (table: ObjectName, { from, to, unsettled }: TableChange, same: Sameness): Change[] => {
  const before = new Map(from.columns.map((column) => [column.name, column]));
  const wanted = new Set(to.columns.map((column) => column.name));
  const isComputed = (column: ColumnSnapshot): boolean => column.generated !== null;
  /** A column that is computed, or was, or is computed from one that changes, is made anew. */
  const isRemade = (old: ColumnSnapshot, next: ColumnSnapshot): boolean =>
    !same.generated(old, next) || (isComputed(old) && (names(old.generated!.expression, unsettled) || !same.column(old, next)));
  const dropped = from.columns.filter((column) => !wanted.has(column.name));
  const remade = to.columns.filter((column) => before.has(column.name) && isRemade(before.get(column.name)!, column));
  const added = to.columns.filter((column) => !before.has(column.name));
  const altered = to.columns.filter((column) => {
    const old = before.get(column.name);
    return old !== undefined && !remade.includes(column) && !same.column(old, column);
  });
  const computedFirst = (columns: readonly ColumnSnapshot[]): ColumnSnapshot[] => [
    ...columns.filter(isComputed),
    ...columns.filter((each) => !isComputed(each)),
  ];
  return [
    ...computedFirst([...dropped, ...remade.map((column) => before.get(column.name)!)]).map((column) => ({
      change: "dropColumn" as const,
      table,
      column,
    })),
    ...computedFirst(added)
      .reverse()
      .filter((column) => !isComputed(column))
      .map((column) => ({ change: "addColumn" as const, table, column })),
    ...altered.map((column) => ({ change: "alterColumn" as const, table, from: before.get(column.name)!, to: column })),
    ...to.columns
      .filter((column) => remade.includes(column) || (isComputed(column) && added.includes(column)))
      .map((column) => ({ change: "addColumn" as const, table, column })),
  ];
};

/** Whether a constraint that both forms have must nevertheless go and come back. */
const isHeldUp = (constraint: ConstraintSnapshot, { unsettled }: TableChange, targets: ReadonlyMap<string, TableChange>): boolean => {
  if (constraint.kind === "check") return names(constraint.expression, unsettled);
  if (constraint.kind === "exclusion") return names(constraint.definition, unsettled);
  if (constraint.columns.some((column) => unsettled.has(column))) return constraint.kind === "foreign key" || unsettled.size > 0;
  if (constraint.kind !== "foreign key") return false;
  const target = targets.get(keyOf(constraint.target));
  if (target === undefined) return false;
  const isKey = (each: ConstraintSnapshot): boolean =>
    (each.kind === "primary key" || each.kind === "unique") &&
    JSON.stringify([...each.columns].sort()) === JSON.stringify([...constraint.targetColumns].sort());
  const keyGoes = JSON.stringify(target.from.constraints.filter(isKey)) !== JSON.stringify(target.to.constraints.filter(isKey));
  return keyGoes || constraint.targetColumns.some((column) => target.unsettled.has(column));
};

const constraintSteps = (
  steps: Steps,
  table: ObjectName,
  change: TableChange,
  targets: ReadonlyMap<string, TableChange>,
  same: Sameness,
): void => {
  const found = pair(change.from.constraints, change.to.constraints, (a, b) => same.constraint(a, b));
  const phaseOf = (constraint: ConstraintSnapshot, usual: Phase, forKeys: Phase): Phase =>
    constraint.kind === "foreign key" ? forKeys : usual;
  const drop = (constraint: ConstraintSnapshot): void =>
    steps.add(phaseOf(constraint, "drop constraints", "drop foreign keys"), { change: "dropConstraint", table, constraint });
  const add = (constraint: ConstraintSnapshot): void =>
    steps.add(phaseOf(constraint, "constraints", "foreign keys"), { change: "addConstraint", table, constraint });
  const taken = new Set(change.from.constraints.map((constraint) => constraint.name));
  for (const constraint of found.dropped) drop(constraint);
  for (const [old, next] of found.kept) {
    const isRenamed = next.name !== null && old.name !== null && old.name !== next.name;
    // A rebuild writes all of them anew, under their new names.
    if (same.dialect === "sqlite") continue;
    if (isHeldUp(old, change, targets) || (isRenamed && taken.has(next.name))) {
      drop(old);
      add(next);
    } else if (isRenamed) steps.add("rename constraints", { change: "renameConstraint", table, from: old.name, to: next.name });
  }
  for (const constraint of found.added) add(constraint);
};

const indexSteps = (steps: Steps, table: ObjectName, { from, to, unsettled }: TableChange, same: Sameness): void => {
  const found = pair(from.indexes, to.indexes, (a, b) => same.index(a, b));
  const isTouched = (index: IndexSnapshot): boolean =>
    names(index.where, unsettled) ||
    index.terms.some((term) => names(term.expression, unsettled) || (term.column !== null && unsettled.has(term.column))) ||
    index.include.some((column) => unsettled.has(column));
  const taken = new Set(from.indexes.map((index) => index.name));
  const replace = (old: IndexSnapshot, next: IndexSnapshot): void => {
    steps.add("drop constraints", { change: "dropIndex", table, index: old });
    steps.add("indexes", { change: "createIndex", table, index: next });
  };
  for (const index of found.dropped) steps.add("drop constraints", { change: "dropIndex", table, index });
  for (const [old, next] of found.kept) {
    if (isTouched(old)) replace(old, next);
    else if (old.name !== next.name && (same.dialect === "sqlite" || taken.has(next.name))) replace(old, next);
    else if (old.name !== next.name) steps.add("rename constraints", { change: "renameIndex", table, from: old.name, to: next.name });
  }
  for (const index of found.added) steps.add("indexes", { change: "createIndex", table, index });
};

/** All steps but comments, and on SQLite all of them that ALTER TABLE would have to know. */
export const tableSteps = (change: TableChange, targets: ReadonlyMap<string, TableChange>, same: Sameness): Steps => {
  const table = { schema: change.to.schema, name: change.to.name };
  const steps = new Steps();
  constraintSteps(steps, table, change, targets, same);
  indexSteps(steps, table, change, same);
  steps.add("columns", ...columnSteps(table, change, same));
  return steps;
};

/** Checks and foreign keys of new columns go along with the last new column that they name. */
const attached = (changes: readonly Change[]): Change[] | null => {
  const added = changes.flatMap((change) => (change.change === "addColumn" ? [change.column.name] : []));
  const byColumn = new Map<string, ConstraintSnapshot[]>();
  const rest: Change[] = [];
  for (const change of changes) {
    if (change.change !== "addConstraint") {
      rest.push(change);
      continue;
    }
    const { constraint } = change;
    const isNamed = (column: string): boolean =>
      constraint.kind === "check"
        ? names(constraint.expression, new Set([column]))
        : constraint.kind === "foreign key" && constraint.columns.length === 1 && constraint.columns[0] === column;
    const column = added.findLast(isNamed);
    if (column === undefined) return null;
    byColumn.set(column, [...(byColumn.get(column) ?? []), constraint]);
  }
  return rest.map((change) =>
    change.change === "addColumn" && byColumn.has(change.column.name)
      ? { ...change, constraints: byColumn.get(change.column.name)! }
      : change,
  );
};

/** The same steps as SQLite can run them one by one, or `null` where the table has to be rebuilt. */
export const inPlace = (change: TableChange, changes: readonly Change[], same: Sameness): readonly Change[] | null => {
  const { from, to } = change;
  if (!same.triggers(from.triggers, to.triggers) || JSON.stringify(from.options) !== JSON.stringify(to.options)) return null;
  const steps = attached(changes);
  if (steps === null) return null;
  const isPossible = (step: Change): boolean => {
    if (step.change === "createIndex" || step.change === "dropIndex") return true;
    if (step.change === "addColumn") return canAddColumn(step.column, step.constraints ?? []);
    return step.change === "dropColumn" && !isMentioned(from, step.column.name);
  };
  return steps.every(isPossible) ? steps : null;
};
