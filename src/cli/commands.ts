/** The commands of `petrel`, in the order of its help. */
import { answerOptions } from "./answers.ts";
import type { Command } from "./command.ts";
import { runOptions } from "./migrations.ts";

const confirm = { flags: "--confirm <database>", description: "the name of the database: consent to lose what is in it" } as const;
const maintenance = { flags: "--maintenance <database>", description: "PostgreSQL: where to be meanwhile (postgres)" } as const;
const schema = { flags: "--schema <name>", description: "a schema besides the default one; may be repeated", repeats: true } as const;

const intoFile = [
  { flags: "--output <file>", description: "write a file instead of standard output" },
  { flags: "--force", description: "write over a file that is there" },
  { flags: "--ignore <table>", description: "a table to leave out; may be repeated", repeats: true },
  schema,
] as const;

export const commands: readonly Command[] = [
  {
    path: "init",
    description: "write a configuration and a file for models",
    options: [
      { flags: "--models <file>", description: "where the models are (./src/models.ts)" },
      { flags: "--folder <path>", description: "the folder of migrations (migrations)" },
    ],
    load: () => import("./commands/init.ts"),
  },
  {
    path: "migrate make",
    description: "write the migration from the last one to what the models ask for",
    arguments: [{ name: "<name>", description: "what it does, as in add_full_names" }],
    options: [
      { flags: "--format <format>", description: "sql (the usual) or typescript" },
      { flags: "--empty", description: "with no statements, for you to write" },
      { flags: "--answers <file>", description: "JSON with renames and drops" },
      ...answerOptions,
      { flags: "--parent <migration>", description: "one that it follows; may be repeated", repeats: true },
    ],
    load: () => import("./commands/migrate-make.ts"),
  },
  {
    path: "migrate plan",
    description: "what apply would do, with locks and losses",
    options: [{ flags: "--to <migration>", description: "the last one to apply" }],
    load: () => import("./commands/migrate-plan.ts"),
  },
  {
    path: "migrate apply",
    description: "apply what is pending",
    options: [{ flags: "--to <migration>", description: "the last one to apply" }, ...runOptions],
    load: () => import("./commands/migrate-apply.ts"),
  },
  {
    path: "migrate rollback",
    description: "take migrations back, the last one first",
    options: [
      { flags: "--steps <number>", description: "how many (1)" },
      { flags: "--to <migration>", description: "the one that stays, with all before it" },
      { flags: "--all", description: "all of them" },
      ...runOptions,
    ],
    load: () => import("./commands/migrate-rollback.ts"),
  },
  {
    path: "migrate status",
    description: "what is applied, pending, changed and missing",
    load: () => import("./commands/migrate-status.ts"),
  },
  { path: "migrate history", description: "what was applied, in order", load: () => import("./commands/migrate-history.ts") },
  {
    path: "migrate check",
    description: "for a build: models without migrations, dangerous statements, drift",
    options: [
      { flags: "--offline", description: "look at the files only" },
      { flags: "--max-lock <lock>", description: "stronger locks on tables that exist are errors; none, SHARE, …" },
      { flags: "--small-table <rows>", description: "tables with fewer rows may be locked and rewritten" },
      { flags: "--forbid <rule>", description: "findings of this rule are errors; may be repeated", repeats: true },
      { flags: "--ignore <rule>", description: "do not look at this rule; may be repeated", repeats: true },
    ],
    load: () => import("./commands/migrate-check.ts"),
  },
  {
    path: "migrate stamp",
    description: "write down that migrations are applied, and run none",
    arguments: [{ name: "[migration]", description: "the last one; without it all" }],
    load: () => import("./commands/migrate-stamp.ts"),
  },
  {
    path: "migrate squash",
    description: "make one migration of many",
    arguments: [{ name: "<name>", description: "what it is called" }],
    options: [
      { flags: "--to <migration>", description: "the last one to take in" },
      { flags: "--keep <what>", description: "statements (the usual) or structure" },
      { flags: "--remove", description: "delete the files that it stands for" },
    ],
    load: () => import("./commands/migrate-squash.ts"),
  },
  {
    path: "migrate sql",
    description: "the statements of a migration, or of all",
    arguments: [{ name: "[migration]", description: "the one; without it all" }],
    options: [{ flags: "--down", description: "those that take it back" }],
    load: () => import("./commands/migrate-sql.ts"),
  },
  {
    path: "db create",
    description: "create the database, where there is none of its name",
    options: [maintenance],
    load: () => import("./commands/db-create.ts"),
  },
  {
    path: "db drop",
    description: "drop the database with everything in it",
    options: [confirm, maintenance, { flags: "--force", description: "PostgreSQL: end the sessions of others first" }],
    load: () => import("./commands/db-drop.ts"),
  },
  {
    path: "db push",
    description: "make the database what the models ask for, without migrations",
    options: [
      ...answerOptions,
      confirm,
      { flags: "--drop-unknown", description: "drop the tables that no model has" },
      { flags: "--dry-run", description: "only show the statements" },
    ],
    load: () => import("./commands/db-push.ts"),
  },
  {
    path: "db pull",
    description: "write models from the database",
    options: intoFile,
    load: () => import("./commands/generate-models.ts"),
  },
  {
    path: "db check",
    description: "whether the database is what the models ask for",
    options: [{ flags: "--all", description: "count tables that no model has as a difference" }],
    load: () => import("./commands/db-check.ts"),
  },
  { path: "db seed", description: "run the seed of the configuration", load: () => import("./commands/db-seed.ts") },
  {
    path: "db reset",
    description: "drop all tables and make them anew, by migrations or from the models",
    options: [confirm, { flags: "--seed", description: "run the seed afterwards" }],
    load: () => import("./commands/db-reset.ts"),
  },
  {
    path: "generate models",
    description: "write models from the database",
    options: intoFile,
    load: () => import("./commands/generate-models.ts"),
  },
  {
    path: "inspect",
    description: "the tables of the database, or one of them",
    arguments: [{ name: "[table]", description: "the table to look at" }],
    options: [schema],
    load: () => import("./commands/inspect.ts"),
  },
  {
    path: "explain",
    description: "how the database means to run a statement",
    arguments: [{ name: "<sql>", description: "the statement" }],
    options: [
      { flags: "--analyze", description: "run it, in a transaction that may only read" },
      { flags: "--rollback", description: "with --analyze: it may write, and is rolled back" },
    ],
    load: () => import("./commands/explain.ts"),
  },
  { path: "shell", description: "a prompt with the models, where await works", load: () => import("./commands/shell.ts") },
  { path: "doctor", description: "what this command finds here, and what is wrong with it", load: () => import("./commands/doctor.ts") },
  {
    path: "benchmark performance",
    description: "how long the usual calls take, in a table of its own",
    options: [
      { flags: "--iterations <number>", description: "timed calls of each (100)" },
      { flags: "--warmup <number>", description: "calls before them (10)" },
      { flags: "--output <file>", description: "write the results as JSON, to compare with" },
    ],
    load: () => import("./commands/benchmark-performance.ts"),
  },
  {
    path: "monitor start",
    description: "sessions, locks, slow statements and rates; of SQLite the file, until Ctrl-C",
    options: [
      { flags: "--interval <duration>", description: "between two looks (2s)" },
      { flags: "--count <number>", description: "end after so many looks" },
      { flags: "--slow <duration>", description: "statements that run longer are shown (1s)" },
      { flags: "--web", description: "a page on this machine instead of lines; prints its URL" },
      { flags: "--port <number>", description: "with --web: its port on 127.0.0.1 (a free one)" },
    ],
    load: () => import("./commands/monitor-start.ts"),
  },
  {
    path: "completion",
    description: "a script by which a shell completes commands and options",
    arguments: [{ name: "[shell]", description: "bash (the usual), zsh or fish", values: ["bash", "zsh", "fish"] }],
    load: () => import("./commands/completion.ts"),
  },
];
