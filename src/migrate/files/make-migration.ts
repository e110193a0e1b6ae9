/** Writing migrations: what the models ask for now, against what they asked for when the last one was made. No database is needed. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ConfigurationError, MigrationError } from "../../base/errors.ts";
import type { Answers, DdlStatement, Dropped, Plan, Question, Rename } from "../../schema/change.ts";
import type { AnyModel } from "../../schema/entity.ts";
import type { Snapshot } from "../../schema/snapshot.ts";
import { dialectOf } from "../dialects.ts";
import { diff } from "../diff/diff.ts";
import { structureAfter } from "./merged-structure.ts";
import { folderOf, readMigrations, referenceTo, structureEnding } from "./migration-file.ts";
import type { FolderOptions, MakeOutcome, MigrationGraph } from "../migration-plan.ts";
import { render } from "../render.ts";
import { irreversible, reverse } from "../diff/reverse.ts";
import { snapshot } from "../structure/snapshot.ts";
import { sqlFileText } from "./sql-file.ts";
import type { WrittenMigration } from "./sql-file.ts";
import { typescriptFileText } from "./typescript-file.ts";

type Dialect = Snapshot["dialect"];

export interface ModelOptions extends FolderOptions {
  readonly dialect: Dialect;
  /** Without them: every model defined so far. */
  readonly models?: readonly AnyModel[] | undefined;
}

export interface MakeOptions extends ModelOptions {
  /** What it does, in lower-case letters, digits, `_` and `-`. The time goes in front of it, for the eye: it says nothing about the order. */
  readonly name: string;
  readonly format?: "sql" | "typescript" | undefined;
  /** With no statements, for you to write. */
  readonly empty?: boolean | undefined;
  /** Names of the migrations that it follows. Without it: all heads, as long as they do not conflict. */
  readonly parents?: readonly string[] | undefined;
  /** What is known about renames. */
  readonly answers?: Answers | undefined;
  /** Asks a person. The new name, or `null` where what is asked about is to be dropped. Without it questions are given back. */
  readonly ask?: ((question: Question) => Promise<string | null>) | undefined;
}

const wanted = ({ dialect, models }: ModelOptions): Snapshot => snapshot({ dialect: dialectOf(dialect) }, models);

const parentsFor = (graph: MigrationGraph, given: readonly string[] | undefined): readonly string[] => {
  if (given !== undefined) {
    const known = new Set(graph.migrations.map(({ name }) => name));
    const unknown = given.find((name) => !known.has(name));
    if (unknown !== undefined) throw new MigrationError(`There is no migration '${unknown}' to follow.`, {}, "E1712");
    return given;
  }
  const [conflict] = graph.conflicts;
  if (conflict === undefined) return graph.heads;
  throw new MigrationError(
    `There are ${graph.heads.length} heads, and '${conflict.left}' and '${conflict.right}' both touch ${conflict.what}. Look at both, then merge them by ` +
      `a migration that follows all: parents: ["${graph.heads.join('", "')}"]. They are applied in the order of their names.`,
    {},
    "E1713",
  );
};

const withAnswer = (answers: Answers, question: Question, to: string | null): Answers => {
  const [table, column] =
    question.question === "was a column renamed" ? [question.table, { column: question.dropped }] : [question.dropped, {}];
  const about = { table: table.name, schema: table.schema, ...column };
  if (to === null) return { ...answers, drops: [...(answers.drops ?? []), about satisfies Dropped] };
  return { ...answers, renames: [...(answers.renames ?? []), { ...about, to } satisfies Rename] };
};

/** Asks one question after the other: an answer about a table may bring new ones about its columns. */
const answered = async (from: Snapshot, to: Snapshot, given: Answers, ask: MakeOptions["ask"]): Promise<Plan> => {
  let answers = given;
  for (;;) {
    const plan = diff(from, to, answers);
    const [question] = plan.questions;
    if (question === undefined || ask === undefined) return plan;
    answers = withAnswer(answers, question, await ask(question));
  }
};

const stamp = (): string => new Date().toISOString().replace(/\D/g, "").slice(0, 14);

export interface NewFile {
  readonly folder: string;
  readonly name: string;
  readonly format: "sql" | "typescript";
  readonly dialect: Dialect;
  readonly migration: WrittenMigration;
  readonly structure: Snapshot;
}

/** Writes the file and the structure beside it; never over another file. */
export const writeMigration = async (given: NewFile): Promise<{ readonly name: string; readonly file: string; readonly text: string }> => {
  if (typeof given.name !== "string" || !/^[a-z\d][a-z\d_-]{0,99}$/.test(given.name))
    throw new ConfigurationError(
      "The name of a migration is made of lower-case letters, digits, _ and -, 100 at most, as in 'add_full_names'.",
    );
  const name = `${stamp()}_${given.name}`;
  const file = join(given.folder, `${name}.${given.format === "sql" ? "sql" : "ts"}`);
  const text = given.format === "sql" ? sqlFileText(given.migration, given.dialect) : typescriptFileText(given.migration, given.dialect);
  await mkdir(given.folder, { recursive: true });
  await writeFile(file, text, { flag: "wx" });
  await writeFile(join(given.folder, name + structureEnding), `${JSON.stringify(given.structure, null, 1)}\n`);
  return { name, file, text };
};

/** The difference between what the migrations of the folder lead to and what the models ask for: what `makeMigration` would write. */
export const unwrittenChanges = async (options: ModelOptions & { readonly answers?: Answers }): Promise<Plan> => {
  const { dialect } = options;
  const graph = await readMigrations({ dialect, folder: folderOf(options.folder) });
  return diff(structureAfter(graph.migrations, graph.heads, dialect), wanted(options), options.answers ?? {});
};

/**
 * Writes the migration that leads from the last one to what the models ask for, with the way back. Renames are never guessed: open questions
 * are asked with `ask`, or given back. Throws `MigrationError` E1713 where branches conflict.
 *
 *     const made = await makeMigration({ dialect: "postgres", folder: "migrations", name: "add_full_names", models: [User] });
 *     // made.file: migrations/20260301120000_add_full_names.sql
 */
export const makeMigration = async (options: MakeOptions): Promise<MakeOutcome> => {
  const { dialect, format = "sql", empty = false } = options;
  const folder = folderOf(options.folder);
  const graph = await readMigrations({ dialect, folder });
  const parents = parentsFor(graph, options.parents);
  const from = structureAfter(graph.migrations, parents, dialect);
  const to = empty ? from : wanted(options);
  const plan = await answered(from, to, options.answers ?? {}, options.ask);
  if (plan.questions.length > 0) return Object.freeze({ outcome: "questions", questions: plan.questions, plan });
  const isMerge = parents.length > 1;
  if (plan.changes.length === 0 && !empty && !isMerge) return Object.freeze({ outcome: "no changes" });
  const up: readonly DdlStatement[] = render(plan.changes, dialect);
  const down = render(reverse(plan).changes, dialect);
  const byName = new Map(graph.migrations.map((migration) => [migration.name, migration]));
  const migration = { parents: parents.map((name) => referenceTo(byName.get(name)!)), up, down };
  const written = await writeMigration({ folder, name: options.name, format, dialect, migration, structure: to });
  const losses = irreversible(plan).map(({ loses }) => loses);
  return Object.freeze({ outcome: "made", ...written, plan, losses: Object.freeze(losses) });
};
