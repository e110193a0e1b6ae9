/** The folder against the history: what was applied, what comes next, and what does not fit together. */
import { MigrationError } from "../../base/errors.ts";
import { didYouMean } from "../../base/hint.ts";
import { withAncestors } from "../files/graph.ts";
import type { HistoryRow } from "./history.ts";
import type { Migration, MigrationGraph, MigrationReference } from "../migration-plan.ts";

export interface Progress {
  readonly graph: MigrationGraph;
  readonly rows: readonly HistoryRow[];
  readonly byName: ReadonlyMap<string, Migration>;
  /** Squashed migrations whose parts were all applied: the history only has to be told. */
  readonly adopted: readonly Migration[];
  /** In the order in which they would be applied; what is half done is among them. */
  readonly pending: readonly Migration[];
  readonly changed: readonly string[];
  readonly missing: readonly string[];
  /** Squashed migrations of whose parts only some were applied, with those. */
  readonly torn: readonly { readonly migration: Migration; readonly applied: readonly string[] }[];
}

const halfSquashed = (migration: Migration, applied: readonly string[]): MigrationError =>
  new MigrationError(
    `The migration '${migration.name}' stands for ${migration.replaces.length} others, of which this database has only ${applied.length}. ` +
      "Apply the others from the version of the folder that still has them, then this one.",
    {},
    "E1718",
  );

export const progressOf = (graph: MigrationGraph, rows: readonly HistoryRow[]): Progress => {
  const byName = new Map(graph.migrations.map((migration) => [migration.name, migration]));
  const rowOf = new Map(rows.map((row) => [row.name, row]));
  const squashed = graph.migrations
    .filter((migration) => migration.replaces.length > 0 && !rowOf.has(migration.name))
    .map((migration) => {
      const isApplied = ({ name, hash }: MigrationReference): boolean =>
        rowOf.get(name)?.state === "applied" && rowOf.get(name)!.id.startsWith(hash);
      return { migration, applied: migration.replaces.filter(isApplied).map(({ name }) => name) };
    });
  const adopted = squashed
    .filter(({ migration, applied }) => applied.length === migration.replaces.length)
    .map(({ migration }) => migration);
  const replaced = new Set(graph.migrations.flatMap((migration) => migration.replaces.map(({ name }) => name)));
  const isApplied = (migration: Migration): boolean => rowOf.get(migration.name)?.state === "applied" || adopted.includes(migration);
  const settled = rows.filter((row) => row.state === "applied");
  return {
    graph,
    rows,
    byName,
    adopted,
    pending: graph.migrations.filter((migration) => !isApplied(migration)),
    changed: settled.filter((row) => byName.has(row.name) && byName.get(row.name)!.id !== row.id).map(({ name }) => name),
    missing: rows.filter((row) => !byName.has(row.name) && !replaced.has(row.name)).map(({ name }) => name),
    torn: squashed.filter(({ migration, applied }) => applied.length > 0 && !adopted.includes(migration)),
  };
};

/** Throws where going on would build on something else than what the files say. */
export const assertConsistent = ({ rows, changed, byName, torn }: Progress, direction: "apply" | "rollback"): void => {
  for (const { migration, applied } of torn) throw halfSquashed(migration, applied);
  if (changed.length > 0)
    throw new MigrationError(
      `The file of ${changed.map((name) => `'${name}'`).join(", ")} says something else than what was applied. Take the change back and write it ` +
        "as a new migration, or, where the database has it already, call stampMigrations().",
      {},
      "E1711",
    );
  for (const row of rows) {
    const other = direction === "apply" ? "reverting" : "applying";
    if (row.state !== other) continue;
    throw new MigrationError(
      `The migration '${row.name}' was ${row.state === "applying" ? "being applied" : "being taken back"} and did not come to its end. ` +
        `Finish that first, by ${row.state === "applying" ? "applyMigrations()" : "rollbackMigrations()"}, or mend the database by hand and call stampMigrations().`,
      {},
      "E1718",
    );
  }
  for (const row of rows) {
    if (row.state === "applied" || byName.has(row.name)) continue;
    throw new MigrationError(
      `The migration '${row.name}' did not come to its end, and its file is gone. Bring the file back.`,
      {},
      "E1718",
    );
  }
};

/** What to apply, in order. */
export const toApply = (progress: Progress, to: string | undefined): readonly Migration[] => {
  const { graph, pending } = progress;
  const wanted = to === undefined ? null : withAncestors(graph.migrations, [to]);
  const chosen = pending.filter(({ name }) => wanted === null || wanted.has(name));
  const names = new Set(chosen.map(({ name }) => name));
  const done = new Set(graph.migrations.filter((migration) => !pending.includes(migration)).map(({ name }) => name));
  const conflict = graph.conflicts.find(
    ({ left, right }) => (names.has(left) && (names.has(right) || done.has(right))) || (names.has(right) && done.has(left)),
  );
  if (conflict === undefined) return chosen;
  throw new MigrationError(
    `The migrations '${conflict.left}' and '${conflict.right}' are of two branches, and both touch ${conflict.what}: in which order they come makes a difference. ` +
      `Say it by a migration that has both branches as parents: makeMigration({ parents: ["${graph.heads.join('", "')}"] }).`,
    {},
    "E1713",
  );
};

/** What to take back, in order: the last that was applied first. */
export const toRevert = (
  progress: Progress,
  target: { readonly to?: string | null | undefined; readonly steps?: number | undefined },
): readonly Migration[] => {
  const { byName, graph } = progress;
  const rows = [...progress.rows].reverse();
  const names = rows.map(({ name }) => name);
  const chosen = ((): readonly string[] => {
    if (target.to === undefined) return names.slice(0, target.steps ?? 1);
    if (target.to === null) return names;
    const place = names.indexOf(target.to);
    if (place < 0)
      throw new MigrationError(
        `There is nothing to go back to: the migration '${target.to}' is not applied.${didYouMean(target.to, names)}`,
        {},
        "E1712",
      );
    // Only what was applied after it, and not what came from other branches before.
    return names.slice(0, place);
  })();
  const migrations = chosen.map((name) => {
    const found = byName.get(name);
    if (found !== undefined) return found;
    throw new MigrationError(
      `The migration '${name}' was applied, and its file is gone: nobody knows how to undo it. Bring the file back.`,
      {},
      "E1716",
    );
  });
  const left = new Set(names.filter((name) => !chosen.includes(name) && byName.has(name)));
  for (const name of left) {
    const needed = [...withAncestors(graph.migrations, [name])].find((each) => chosen.includes(each));
    if (needed !== undefined)
      throw new MigrationError(
        `The migration '${needed}' cannot be taken back: '${name}', which stays, stands on it. Go back to before '${name}'.`,
        {},
        "E1712",
      );
  }
  for (const { name, down } of migrations) {
    if (down !== null) continue;
    throw new MigrationError(
      `The migration '${name}' is irreversible: nothing undoes it. Write a new migration that does what is wanted, or go back to it only.`,
      {},
      "E1716",
    );
  }
  return migrations;
};
