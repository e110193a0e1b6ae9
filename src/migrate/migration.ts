/** A migration as it is written: steps forward and steps back, as data. What a file says beyond its name and its place among the others. */
import { ConfigurationError } from "../base/errors.ts";
import type { RawParameters } from "../engine/raw.ts";
import type { Result } from "../engine/results/result.ts";

/** What a step written in TypeScript works with. */
export interface MigrationContext {
  readonly dialect: "postgres" | "sqlite";
  /** Runs SQL text with `$1`, `?` or `:name` placeholders on the connection, and in the transaction, of the step. */
  execute<Row = Record<string, unknown>>(text: string, parameters?: RawParameters): Promise<Result<Row>>;
}

/** Where a batched step has come to: JSON. */
export type Cursor = string | number | boolean | readonly Cursor[] | { readonly [key: string]: Cursor | null };

/** One statement. */
export interface SqlStep {
  readonly kind: "sql";
  readonly sql: string;
  /** `false`: runs alone, outside of any transaction. Without it the text says so: `CREATE INDEX CONCURRENTLY` and its like do. */
  readonly transactional?: boolean;
  /** What is lost, as half a sentence ("drops the column users.name"); `null` for nothing. Without it the text says so. */
  readonly loses?: string | null;
  /** Whether all rows are written anew. Without it the text says so. */
  readonly rewrites?: boolean;
  /** SQLite: foreign keys are off around the transaction that it stands in. */
  readonly foreignKeysOff?: boolean;
  /** Its answer has to be empty, or everything is rolled back. */
  readonly expectsNoRows?: boolean;
}

/** A function that runs in one transaction, together with the steps around it. */
export interface RunStep {
  readonly kind: "run";
  readonly name: string;
  readonly run: (migration: MigrationContext) => Promise<void>;
}

/** A function that is called until it returns `null`, each time in a transaction of its own. */
export interface BatchedStep {
  readonly kind: "batched";
  readonly name: string;
  readonly batch: (migration: MigrationContext, cursor: Cursor | null) => Promise<Cursor | null>;
}

export type Step = SqlStep | RunStep | BatchedStep;

export interface MigrationDefinition {
  /** The migrations that come right before, as `name@hash`; none for the first. */
  readonly parents: readonly string[];
  /** The migrations that this one stands for, as `name@hash`: `squashMigrations` writes it. */
  readonly replaces?: readonly string[];
  /** SQL texts (one or several statements each) and steps, in order. */
  readonly up: readonly (string | Step)[];
  /** What undoes `up`; `"irreversible"` where nothing does. */
  readonly down: readonly (string | Step)[] | "irreversible";
}

/**
 * A migration in TypeScript: the default export of its file.
 *
 *     export default defineMigration({
 *       parents: ["20260301120000_create_users@3fa9c1d2e4b5"],
 *       up: ["ALTER TABLE users ADD COLUMN full_name text", batched("fill full names", fillNames)],
 *       down: ["ALTER TABLE users DROP COLUMN full_name"],
 *     });
 */
export const defineMigration = (definition: MigrationDefinition): MigrationDefinition => definition;

/** One statement with what its text does not say: `statement("DELETE FROM drafts", { loses: null })`. */
export const statement = (sql: string, facts: Omit<SqlStep, "kind" | "sql"> = {}): SqlStep => Object.freeze({ kind: "sql", sql, ...facts });

/**
 * A step of your own. It runs in one transaction with the steps around it, so what it does is kept, or not, together with them.
 *
 *     run("number the rows", async (migration) => {
 *       await migration.execute("UPDATE lines SET position = id");
 *     })
 */
export const run = (name: string, work: RunStep["run"]): RunStep => Object.freeze({ kind: "run", name: named(name), run: work });

/**
 * A step over many rows. `batch` is called with what it returned the time before (`null` at first) until it returns `null`. Each call has a transaction
 * of its own, which also keeps what it returned: after a crash it goes on where it was, and no batch runs twice.
 *
 *     batched("fill full names", async (migration, after) => {
 *       const rows = await migration.execute<{ id: number }>("SELECT id FROM users WHERE id > $1 ORDER BY id LIMIT 1000", [after ?? 0]);
 *       // … update them …
 *       return rows.all().at(-1)?.id ?? null;
 *     })
 */
export const batched = (name: string, batch: BatchedStep["batch"]): BatchedStep =>
  Object.freeze({ kind: "batched", name: named(name), batch });

const named = (name: unknown): string => {
  if (typeof name === "string" && name.trim() !== "") return name;
  throw new ConfigurationError("A step of a migration needs a name: a text that says what it does, for reports and errors.");
};
