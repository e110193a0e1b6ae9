/** The structure behind several migrations: where branches met, what each of them changed. */
import { keyOf } from "../../schema/snapshot.ts";
import type { Snapshot, TableSnapshot } from "../../schema/snapshot.ts";
import { parentsOf, withAncestors } from "./graph.ts";
import type { Migration } from "../migration-plan.ts";

export const emptyStructure = (dialect: Snapshot["dialect"]): Snapshot =>
  Object.freeze({ format: 1, dialect, source: "models", schemas: [], enums: [], tables: [], views: [] });

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** What one side changed; where both did, the later one's. */
const either = <T>(base: T, left: T, right: T): T => (same(base, right) ? left : right);

type Lists<T> = readonly [base: readonly T[], left: readonly T[], right: readonly T[]];

const merged = <T>([base, left, right]: Lists<T>, key: (each: T) => string, within: (base: T, left: T, right: T) => T = either): T[] => {
  const [before, ours, theirs] = [base, left, right].map((list) => new Map(list.map((each) => [key(each), each]))) as [
    Map<string, T>,
    Map<string, T>,
    Map<string, T>,
  ];
  return [...new Set([...ours.keys(), ...theirs.keys()])].flatMap((name) => {
    const [old, a, b] = [before.get(name), ours.get(name), theirs.get(name)];
    if (a !== undefined && b !== undefined) return [old === undefined ? b : within(old, a, b)];
    // One side has it: it is new there, or the other side dropped it.
    return old === undefined ? [(a ?? b)!] : [];
  });
};

const named = (each: { readonly name: string | null }): string => each.name ?? JSON.stringify(each);

const mergedTable = (base: TableSnapshot, left: TableSnapshot, right: TableSnapshot): TableSnapshot =>
  Object.freeze({
    ...either(base, left, right),
    columns: merged([base.columns, left.columns, right.columns], named),
    constraints: merged([base.constraints, left.constraints, right.constraints], named),
    indexes: merged([base.indexes, left.indexes, right.indexes], named),
    triggers: merged([base.triggers, left.triggers, right.triggers], named),
    options: either(base.options, left.options, right.options),
    comment: either(base.comment, left.comment, right.comment),
  });

const mergedStructure = (base: Snapshot, left: Snapshot, right: Snapshot): Snapshot =>
  Object.freeze({
    ...right,
    schemas: merged([base.schemas, left.schemas, right.schemas], (name) => name),
    enums: merged([base.enums, left.enums, right.enums], keyOf),
    tables: merged([base.tables, left.tables, right.tables], keyOf, mergedTable),
    views: merged([base.views, left.views, right.views], keyOf),
  });

/** The structure after the migrations `names` and all before them, as far as they were made from models. */
export const structureAfter = (migrations: readonly Migration[], names: readonly string[], dialect: Snapshot["dialect"]): Snapshot => {
  const byName = new Map(migrations.map((each) => [each.name, each]));
  const headsOf = (set: ReadonlySet<string>): string[] => {
    const followed = new Set([...set].flatMap((name) => parentsOf(byName.get(name)!, migrations)));
    return [...set].filter((name) => !followed.has(name));
  };
  const after = (heads: readonly string[]): Snapshot => {
    const [first, ...others] = heads;
    if (first === undefined) return emptyStructure(dialect);
    const migration = byName.get(first)!;
    let found = migration.structure ?? after(parentsOf(migration, migrations));
    let seen = withAncestors(migrations, [first]);
    for (const other of others) {
      const next = withAncestors(migrations, [other]);
      const shared = new Set([...seen].filter((name) => next.has(name)));
      found = mergedStructure(after(headsOf(shared)), found, after([other]));
      seen = new Set([...seen, ...next]);
    }
    return found;
  };
  return after(names);
};
