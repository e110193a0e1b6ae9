/** Many migrations become one, which stands for them wherever they were applied. */
import { rm } from "node:fs/promises";
import { ConfigurationError } from "../../base/errors.ts";
import { ddl } from "../../dialect/ddl-statement.ts";
import type { DdlStatement } from "../../schema/change.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { diff } from "../diff/diff.ts";
import { withAncestors } from "./graph.ts";
import { writeMigration } from "./make-migration.ts";
import { emptyStructure, structureAfter } from "./merged-structure.ts";
import { folderOf, readMigrations, referenceTo, structureEnding } from "./migration-file.ts";
import type { Step } from "../migration.ts";
import type { FolderOptions, Migration } from "../migration-plan.ts";
import { render } from "../render.ts";
import { reverse } from "../diff/reverse.ts";
import { planned } from "../effects/step-effects.ts";
import type { WrittenMigration } from "./sql-file.ts";

export interface SquashOptions extends FolderOptions {
  readonly dialect: Snapshot["dialect"];
  readonly name: string;
  /** The last migration to take in, with all before it. Without it: all. */
  readonly to?: string | undefined;
  /**
   * `"statements"`: all of them, one after the other. `"structure"`: only what makes the structure that they lead to, as the models had it; statements
   * written by hand, and what was done to rows, are left out.
   */
  readonly keep?: "statements" | "structure" | undefined;
  /** Delete the files that it stands for. Without it they stay and are not looked at. */
  readonly remove?: boolean | undefined;
}

const statementOf = (step: Step, migration: Migration, dialect: Snapshot["dialect"]): DdlStatement => {
  if (step.kind !== "sql")
    throw new ConfigurationError(
      `The migration '${migration.name}' has a step in TypeScript, '${step.name}', which cannot be copied into another file. ` +
        'Squash up to the migration before it, or keep: "structure", which leaves it out.',
    );
  const { transactional, rewrites, losesData } = planned(step, dialect);
  const { foreignKeysOff = false, expectsNoRows = false } = step;
  return ddl(step.sql, { transactional, rewrites, losesData, foreignKeysOff, expectsNoRows });
};

const allStatements = (migrations: readonly Migration[], dialect: Snapshot["dialect"]): Omit<WrittenMigration, "parents"> => {
  const of = (migration: Migration, steps: readonly Step[]): DdlStatement[] => steps.map((step) => statementOf(step, migration, dialect));
  const isReversible = migrations.every(({ down }) => down !== null);
  return {
    up: migrations.flatMap((migration) => of(migration, migration.up)),
    down: isReversible ? migrations.toReversed().flatMap((migration) => of(migration, migration.down!)) : null,
  };
};

/**
 * Writes one migration that does what all up to `to` did. A database that has all of them takes it as applied; one that has none runs it; one that has
 * some is refused (E1718) until it has the others. Squash again only when every database has the first one.
 *
 *     await squashMigrations({ dialect: "postgres", folder: "migrations", name: "first_year", remove: true });
 */
export const squashMigrations = async (
  options: SquashOptions,
): Promise<{ readonly name: string; readonly file: string; readonly text: string; readonly replaced: readonly string[] }> => {
  const { dialect, keep = "statements" } = options;
  const folder = folderOf(options.folder);
  const graph = await readMigrations({ dialect, folder });
  const names = withAncestors(graph.migrations, options.to === undefined ? graph.heads : [options.to]);
  const chosen = graph.migrations.filter(({ name }) => names.has(name));
  if (chosen.length < 2) throw new ConfigurationError("There are fewer than two migrations to squash.");
  const structure = structureAfter(graph.migrations, options.to === undefined ? graph.heads : [options.to], dialect);
  const way = diff(emptyStructure(dialect), structure);
  const statements =
    keep === "statements"
      ? allStatements(chosen, dialect)
      : { up: render(way.changes, dialect), down: render(reverse(way).changes, dialect) };
  const migration = { parents: [], replaces: chosen.map(referenceTo), ...statements };
  const written = await writeMigration({ folder, name: options.name, format: "sql", dialect, migration, structure });
  if (options.remove === true)
    for (const { file } of chosen) {
      await rm(file);
      await rm(file.replace(/\.[^.]+$/, structureEnding), { force: true });
    }
  return Object.freeze({ ...written, replaced: Object.freeze(chosen.map(({ name }) => name)) });
};
