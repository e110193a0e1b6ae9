/** The commands of `petrel`, in the order of its help. */
import { answerOptions } from "./answers.ts";
import type { Command } from "./command.ts";

const confirm = { flags: "--confirm <database>", description: "the name of the database: consent to lose what is in it" } as const;
const maintenance = { flags: "--maintenance <database>", description: "PostgreSQL: where to be meanwhile (postgres)" } as const;
const intoFile = [
  { flags: "--output <file>", description: "write a file instead of standard output" },
  { flags: "--force", description: "write over a file that is there" },
  { flags: "--ignore <table>", description: "a table to leave out; may be repeated", repeats: true },
] as const;

export const commands: readonly Command[] = [
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
    path: "generate models",
    description: "write models from the database",
    options: intoFile,
    load: () => import("./commands/generate-models.ts"),
  },
  {
    path: "inspect",
    description: "the tables of the database, or one of them",
    arguments: [{ name: "[table]", description: "the table to look at" }],
    options: [{ flags: "--schema <name>", description: "a schema besides the default one; may be repeated", repeats: true }],
    load: () => import("./commands/inspect.ts"),
  },
  {
    path: "explain",
    description: "how the database means to run a statement",
    arguments: [{ name: "<sql>", description: "the statement" }],
    options: [{ flags: "--analyze", description: "run it, in a transaction that may only read" }],
    load: () => import("./commands/explain.ts"),
  },
  { path: "shell", description: "a prompt with the models, where await works", load: () => import("./commands/shell.ts") },
  { path: "doctor", description: "what this command finds here, and what is wrong with it", load: () => import("./commands/doctor.ts") },
];
