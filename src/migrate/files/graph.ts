/**
 * How migrations follow each other. Every migration names its parents by name and by a hash of their text, so a change of one that others
 * stand on is found; branches meet in a migration with two parents, and time says nothing.
 */
import { MigrationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { conflictsBetween } from "./conflicts.ts";
import type { Migration, MigrationConflict, MigrationGraph, MigrationReference } from "../migration-plan.ts";

const wrong = (message: string): MigrationError => new MigrationError(message, {}, "E1712");

const byNameOf = (migrations: readonly Migration[]): ReadonlyMap<string, Migration> => {
  const found = new Map<string, Migration>();
  for (const migration of migrations) {
    const other = found.get(migration.name);
    if (other !== undefined)
      throw wrong(`Two migrations are called '${migration.name}': '${other.file}' and '${migration.file}'. Rename one.`);
    found.set(migration.name, migration);
  }
  return found;
};

/** The migrations that others stand for: they are not looked at any more. */
const replacedBy = (migrations: readonly Migration[]): ReadonlyMap<string, Migration> =>
  new Map(migrations.flatMap((migration) => migration.replaces.map((reference) => [reference.name, migration] as const)));

/** The parents by name, where a squashed migration took the place of some. Throws for one that is not there, or says something else now. */
export const parentsOf = (migration: Migration, migrations: readonly Migration[]): readonly string[] => {
  const byName = new Map(migrations.map((each) => [each.name, each]));
  const replaced = replacedBy(migrations);
  const parent = (reference: MigrationReference): string => {
    const squashed = replaced.get(reference.name);
    if (squashed !== undefined && squashed !== migration) return squashed.name;
    const found = byName.get(reference.name);
    if (found === undefined)
      throw wrong(
        `The migration '${migration.name}' follows '${reference.name}', which is not in the folder.${didYouMean(reference.name, [...byName.keys()])}`,
      );
    if (!found.id.startsWith(reference.hash))
      throw wrong(
        `The migration '${migration.name}' follows '${reference.name}@${reference.hash}', but that file was changed since: it is ${found.id.slice(0, 12)} now. ` +
          "Take the change back, or, where it was applied nowhere, write the new hash into the child.",
      );
    return found.name;
  };
  return [...new Set(migration.parents.map(parent))];
};

const ordered = (migrations: readonly Migration[], parents: ReadonlyMap<string, readonly string[]>): Migration[] => {
  const left = [...migrations].sort((a, b) => (a.name < b.name ? -1 : 1));
  const done = new Set<string>();
  const found: Migration[] = [];
  while (left.length > 0) {
    const place = left.findIndex((migration) => parents.get(migration.name)!.every((parent) => done.has(parent)));
    if (place < 0) throw wrong(`The migrations ${left.map(({ name }) => `'${name}'`).join(", ")} follow each other in a ring.`);
    const [next] = left.splice(place, 1) as [Migration];
    done.add(next.name);
    found.push(next);
  }
  return found;
};

export const graphOf = (all: readonly Migration[], dialect: Snapshot["dialect"]): MigrationGraph => {
  byNameOf(all);
  const replaced = replacedBy(all);
  const migrations = all.filter((migration) => !replaced.has(migration.name));
  const parents = new Map(migrations.map((migration) => [migration.name, parentsOf(migration, migrations)]));
  const followed = new Set([...parents.values()].flat());
  const inOrder = ordered(migrations, parents);
  const heads = inOrder.map(({ name }) => name).filter((name) => !followed.has(name));
  return Object.freeze({
    migrations: Object.freeze(inOrder),
    heads: Object.freeze(heads),
    conflicts: Object.freeze(conflictsOfHeads(inOrder, heads, dialect)),
  });
};

/** `names` and all that come before them. Throws `MigrationError` for a name that is not there. */
export const withAncestors = (migrations: readonly Migration[], names: readonly string[]): ReadonlySet<string> => {
  const byName = new Map(migrations.map((each) => [each.name, each]));
  const found = new Set<string>();
  const open = [...names];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue;
    const migration = byName.get(name);
    if (migration === undefined) throw wrong(`There is no migration '${name}' in the folder.${didYouMean(name, [...byName.keys()])}`);
    found.add(name);
    open.push(...parentsOf(migration, migrations));
  }
  return found;
};

const conflictsOfHeads = (
  migrations: readonly Migration[],
  heads: readonly string[],
  dialect: Snapshot["dialect"],
): MigrationConflict[] => {
  const found: MigrationConflict[] = [];
  for (const [place, left] of heads.entries()) {
    for (const right of heads.slice(place + 1)) {
      const [ofLeft, ofRight] = [withAncestors(migrations, [left]), withAncestors(migrations, [right])];
      const only = (one: ReadonlySet<string>, other: ReadonlySet<string>): Migration[] =>
        migrations.filter(({ name }) => one.has(name) && !other.has(name));
      found.push(...conflictsBetween(only(ofLeft, ofRight), only(ofRight, ofLeft), dialect));
    }
  }
  return found;
};
