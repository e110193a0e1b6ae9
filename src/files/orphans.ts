/** Files that no row names: left by a crash between a file and its row, or by rows that were deleted without their files. */
import { ConfigurationError } from "../base/errors.ts";
import { milliseconds } from "../config/duration.ts";
import type { Duration } from "../config/duration.ts";
import type { AnyModel } from "../schema/entity.ts";
import { tableOf } from "../schema/registry.ts";
import type { Engine } from "../session/engine.ts";
import { rulesOfType } from "./file-column.ts";
import type { FileRules, StoredFile } from "./file-column.ts";
import type { FileStore } from "./file-store.ts";

export interface SweepOptions {
  /** Younger files stay: their row may be on its way. `"1d"` when absent. */
  readonly olderThan?: Duration;
  /** Only says what would go. False when absent. */
  readonly dryRun?: boolean;
}
export interface SweepResult {
  /** The files that were looked at. */
  readonly files: number;
  /** The keys of those that no row names, and that were deleted (or would be, by a dry run). */
  readonly deleted: readonly string[];
  /** In bytes, of those. */
  readonly bytes: number;
}

/** A row's file with all that belongs to it. */
const keysIn = (value: unknown): string[] => {
  if (typeof value !== "object" || value === null) return [];
  const { key, thumbnail } = value as StoredFile & { readonly thumbnail?: StoredFile };
  return [key, thumbnail?.key].filter((each) => typeof each === "string");
};

interface FileColumn {
  readonly model: AnyModel;
  readonly property: string;
  readonly rules: FileRules;
}

const columnsOf = (models: readonly AnyModel[]): readonly FileColumn[] =>
  models.flatMap((model) =>
    tableOf(model).columns.flatMap(({ property, type }) => {
      const rules = rulesOfType(type);
      return rules === undefined ? [] : [{ model, property, rules }];
    }),
  );

/** Two columns with one folder share its files; a folder within another's is swept with that. */
const placesOf = (columns: readonly FileColumn[]): readonly { readonly store: FileStore; readonly folder: string }[] => {
  const all = columns.map(({ rules: { store, folder } }) => ({ store, folder }));
  return all.filter(
    ({ store, folder }, index) =>
      !all.some((other, at) => other.store === store && folder.startsWith(other.folder) && (folder !== other.folder || at < index)),
  );
};

/**
 * Deletes the files in the folders of the models' columns that no row of these models names, soft-deleted rows included. Name **all** models whose
 * files are in those folders: the files of a model that is not named are nobody's. The keys that rows name are held in memory while it runs.
 *
 *     await sweepOrphans(engine, [Report, Photo], { olderThan: "2h" });
 *     // SELECT "document" FROM "reports"
 *
 * Throws `ConfigurationError` when none of the models has a file.
 */
export const sweepOrphans = async (engine: Engine, models: readonly AnyModel[], options: SweepOptions = {}): Promise<SweepResult> => {
  const { olderThan = "1d", dryRun = false } = options;
  const before = Date.now() - milliseconds(olderThan, "sweepOrphans({ olderThan })");
  const columns = columnsOf(models);
  if (columns.length === 0) throw new ConfigurationError("sweepOrphans() was given no model with a column made by file() or image().");
  // What is there is listed first: a file whose row comes in between is named by then, or too young.
  const found: { readonly store: FileStore; readonly key: string; readonly size: number; readonly modifiedAt: Date }[] = [];
  for (const { store, folder } of placesOf(columns)) for await (const each of store.list(folder)) found.push({ store, ...each });
  const named = new Map<FileStore, Set<string>>(columns.map(({ rules }) => [rules.store, new Set()]));
  for (const { model, property, rules } of columns) {
    for await (const row of rowsWithFiles(engine, model, property))
      for (const key of keysIn(row[property])) named.get(rules.store)!.add(key);
  }
  const orphans = found.filter(({ store, key, modifiedAt }) => modifiedAt.getTime() <= before && !named.get(store)!.has(key));
  const gone = [];
  for (const orphan of orphans) if (dryRun || (await orphan.store.delete(orphan.key))) gone.push(orphan);
  return { files: found.length, deleted: gone.map(({ key }) => key), bytes: gone.reduce((sum, { size }) => sum + size, 0) };
};

interface AnyRows {
  filter(lookups: object): AnyRows;
  withDeleted(): AnyRows;
  only(property: string): AnyRows;
  stream(): AsyncIterable<Readonly<Record<string, unknown>>>;
}

/** What the model is, its columns say at run time; a query's types are for models that are known while writing. */
const rowsWithFiles = (engine: Engine, model: AnyModel, property: string): AsyncIterable<Readonly<Record<string, unknown>>> => {
  const query = engine.query(model as never) as unknown as AnyRows;
  const all = tableOf(model).softDelete === null ? query : query.withDeleted();
  return all
    .filter({ [`${property}__isNull`]: false })
    .only(property)
    .stream();
};
